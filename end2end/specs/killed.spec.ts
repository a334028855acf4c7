import { ada, bea, choose, giftLink, payButton, writeGift } from '../people.ts';
import { expect, test } from '../test.ts';

test('killed after the payment and before the webhook: the gift arrives', { tag: '@postgres' }, async ({ page, shop }) => {
  await shop.webhooks('hold');
  await writeGift(page);
  await payButton(page).click();
  await expect(page.locator('button[name=outcome][value=pay]')).toBeVisible();
  await shop.killServer();
  // The provider takes the money; the way back leads to nobody.
  await choose(page, 'pay').catch(() => undefined);
  expect(await shop.inbox(bea.email)).toEqual([]);

  await shop.startServer();
  await shop.webhooks('release');
  await page.goto(await giftLink(shop));
  await shop.mail(ada.email, /receipt/);
  expect(await shop.inbox(bea.email)).toHaveLength(1);
});

test('webhook and way back both lost: asking the provider is enough', { tag: '@postgres' }, async ({ page, shop }) => {
  await shop.webhooks('drop');
  await writeGift(page);
  await payButton(page).click();
  await expect(page.locator('button[name=outcome][value=pay]')).toBeVisible();
  await shop.killServer();
  await choose(page, 'pay').catch(() => undefined);

  await shop.startServer();
  await page.goto(await giftLink(shop));
  await shop.mail(ada.email, /receipt/);
  expect(await shop.inbox(bea.email)).toHaveLength(1);
});
