// Programs that are killed while money moves. What the sandbox is told is in its file before anybody is answered.
import { ada, bea, choose, giftLink, payAndLeave, payButton, writeGift } from '../people.ts';
import { expect, test } from '../test.ts';

test('killed after the payment and before the webhook: the gift arrives', { tag: ['@scripts', '@postgres'] }, async ({ page, shop }) => {
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

test('webhook and way back both lost: asking the provider is enough', { tag: ['@scripts', '@postgres'] }, async ({ page, shop }) => {
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

test('the sandbox is killed with a webhook unsent: it knows who has paid, and sends it', { tag: '@scripts' }, async ({ page, shop }) => {
  await shop.webhooks('hold');
  await writeGift(page);
  await payButton(page).click();
  await payAndLeave(page);
  const before = [await shop.sessions(), await shop.events()];
  await shop.killSandbox();
  await shop.startSandbox();
  expect([await shop.sessions(), await shop.events()]).toEqual(before);
  await shop.webhooks('release');
  await giftLink(shop);
  await shop.mail(ada.email, /receipt/);
});

test('the shop is started anew while somebody pays: the payment page and the mailbox stay as they were', { tag: '@scripts' }, async ({ page, shop }) => {
  await writeGift(page);
  await payButton(page).click();
  await expect(page.getByRole('heading', { name: 'Your payment' })).toBeVisible();
  const before = await shop.sessions();
  await shop.stopServer();
  await page.reload();
  expect(await shop.sessions()).toEqual(before);
  await shop.startServer();
  await choose(page, 'pay');
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Thank you');
  await giftLink(shop);
});
