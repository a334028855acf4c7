import type { Page } from '@playwright/test';
import { ada, bea, choose, giftLink, payButton, writeGift } from '../people.ts';
import { expect, test } from '../test.ts';

/** Pays while the shop is down. A browser loads a page that failed again by itself once the server is back: this one is closed before. */
async function payAndLeave(page: Page): Promise<void> {
  await choose(page, 'pay').catch(() => undefined);
  await page.goto('about:blank');
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
