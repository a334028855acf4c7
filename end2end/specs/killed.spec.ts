import type { Page } from '@playwright/test';
import { ada, bea, giftLink, payButton, writeGift } from '../people.ts';
import { expect, test } from '../test.ts';

/** Pays on the hosted page and is never seen again: the way back, to a shop that is down, is not taken. */
async function payAndLeave(page: Page): Promise<void> {
  const paid = await page.request.post(page.url(), { form: { outcome: 'pay' }, maxRedirects: 0 });
  expect(paid.status()).toBe(303);
}

test('killed after the payment and before the webhook: the gift arrives', { tag: '@postgres' }, async ({ page, shop }) => {
  await shop.webhooks('hold');
  await writeGift(page);
  await payButton(page).click();
  await expect(page.locator('button[name=outcome][value=pay]')).toBeVisible();
  await shop.killServer();
  // The provider takes the money; the way back leads to nobody.
  await payAndLeave(page);
  expect(await shop.inbox(bea.email)).toEqual([]);

  await shop.startServer();
  await shop.webhooks('release');
  await page.goto(await giftLink(shop));
  await shop.mail(ada.email, /receipt/);
  expect(await shop.inbox(bea.email)).toHaveLength(1);
});

test('webhook and way back both lost: asking the provider is enough', { tag: '@postgres' }, async ({ page, shop }) => {
  test.setTimeout(120_000);
  await shop.webhooks('drop');
  await writeGift(page);
  await payButton(page).click();
  await expect(page.locator('button[name=outcome][value=pay]')).toBeVisible();
  await shop.killServer();
  await payAndLeave(page);

  await shop.startServer();
  // The provider is asked for the first time half a minute after the promise.
  await page.goto(await giftLink(shop, 50));
  await shop.mail(ada.email, /receipt/);
  expect(await shop.inbox(bea.email)).toHaveLength(1);
});
