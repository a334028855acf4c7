// What a refund or a dispute, made where the provider's customers make them, does to a gift.
import type { Page } from '@playwright/test';
import { bea, buyGift, giftLink, redeem, signInFromGift } from '../people.ts';
import type { Shop } from '../shop.ts';
import { expect, test } from '../test.ts';
import { lets } from '../tester.ts';

/** Opens a page until its heading is the one that is expected: a webhook is on its way. */
async function comesToSay(page: Page, url: string, heading: string): Promise<void> {
  await expect(async () => {
    await page.goto(url);
    await expect(page.getByRole('heading', { level: 1 })).toHaveText(heading, { timeout: 1_000 });
  }).toPass();
}

/** Refunds all of it; what a provider tells nobody, the shop finds by asking. */
async function refund(page: Page, shop: Shop, provider: string): Promise<void> {
  await lets(page, shop, 'Refund');
  if (provider === 'flowglad') shop.command(['reconcile']);
}

for (const provider of ['stripe', 'creem', 'flowglad']) {
  test.describe(provider, () => {
    test.use({ settings: { RIBBON_PROVIDER: provider } });

    test('a gift that was paid back before it was redeemed redeems nothing', { tag: '@scripts' }, async ({ page, shop }) => {
      shop.createAccount(bea.email, bea.password);
      await buyGift(page);
      const url = await giftLink(shop);
      await page.goto(url);
      await signInFromGift(page);
      await expect(page.getByRole('button', { name: /^Redeem/ })).toBeVisible();
      await refund(page, shop, provider);
      await comesToSay(page, url, 'This gift was taken back');
      await expect(page.getByRole('button', { name: /^Redeem/ })).toHaveCount(0);
      await page.goto('/account');
      await expect(page.getByRole('heading', { level: 1 })).toHaveText('Your account');
    });

    test('a gift that was paid back after it was redeemed ends', { tag: '@scripts' }, async ({ page, shop }) => {
      shop.createAccount(bea.email, bea.password);
      await buyGift(page);
      await page.goto(await giftLink(shop));
      await signInFromGift(page);
      await redeem(page);
      await page.goto('/account');
      await expect(page.getByRole('heading', { level: 1 })).toHaveText('You are a Founder');
      await refund(page, shop, provider);
      await comesToSay(page, '/account', 'Your account');
    });
  });
}

test('a part that was paid back leaves the gift as it is', { tag: '@scripts' }, async ({ page, shop }) => {
  shop.createAccount(bea.email, bea.password);
  await buyGift(page);
  await lets(page, shop, 'Refund', '10.00');
  await shop.taken('charge.refunded');
  await page.goto(await giftLink(shop));
  await signInFromGift(page);
  await redeem(page);
  await page.goto('/account');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('You are a Founder');
});

test('a disputed gift waits, and goes on when the shop has won', { tag: '@scripts' }, async ({ page, shop }) => {
  shop.createAccount(bea.email, bea.password);
  await buyGift(page);
  const url = await giftLink(shop);
  await page.goto(url);
  await signInFromGift(page);
  await lets(page, shop, 'Dispute the payment');
  await comesToSay(page, url, 'We are checking this gift');
  await lets(page, shop, 'Let the shop win the dispute');
  await shop.taken('charge.dispute.closed');
  await page.goto(url);
  await redeem(page);
  await page.goto('/account');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('You are a Founder');
});
