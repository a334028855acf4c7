// The same stories on each provider: a buyer notices nothing but another payment page.
import { ada, bea, buyGift, choose, giftLink, payAndLeave, payButton, redeem, registerFromGift, writeGift } from '../people.ts';
import { expect, test } from '../test.ts';
import { lets } from '../tester.ts';

for (const provider of ['stripe', 'creem', 'flowglad']) {
  test.describe(provider, () => {
    test.use({ settings: { RIBBON_PROVIDER: provider } });

    test('a gift is bought, paid, mailed and redeemed', async ({ page, shop }) => {
      await buyGift(page);
      expect((await shop.sessions()).map((session) => session.provider)).toEqual([provider]);
      const receipt = await shop.mail(ada.email, /receipt/);
      expect(receipt.text).toContain('€192.00');
      await page.goto(await giftLink(shop));
      await registerFromGift(page);
      await redeem(page);
      await page.goto('/account');
      await expect(page.getByRole('heading', { level: 1 })).toHaveText('You are a Founder');
    });

    test('the webhooks are lost, and the way back is enough', { tag: '@scripts' }, async ({ page, shop }) => {
      await shop.webhooks('drop');
      await buyGift(page);
      await giftLink(shop);
      await shop.mail(ada.email, /receipt/);
      const states = (await shop.events()).flatMap((event) => event.deliveries.map((delivery) => delivery.state));
      expect(new Set(states)).toEqual(new Set(['dropped']));
      expect(await shop.inbox(bea.email)).toHaveLength(1);
    });

    test('the webhooks are lost, the way back is not taken, and asking is enough', { tag: '@scripts' }, async ({ page, shop }) => {
      await shop.webhooks('drop');
      await writeGift(page);
      await payButton(page).click();
      await payAndLeave(page);
      expect(await shop.inbox(bea.email)).toEqual([]);
      expect(shop.command(['reconcile'])).toContain('1 asked about, 1 changed, 0 failed.');
      await giftLink(shop);
      await shop.mail(ada.email, /receipt/);
      expect(await shop.inbox(bea.email)).toHaveLength(1);
    });

    test('money that comes later makes the gift when it comes', async ({ page, shop }) => {
      await writeGift(page);
      await payButton(page).click();
      await choose(page, 'pay_later');
      await expect(page.getByRole('heading', { level: 1 })).toHaveText('Your payment is under way');
      const thanks = page.url();
      expect(await shop.inbox(bea.email)).toEqual([]);
      await lets(page, shop, 'Let the money arrive');
      await giftLink(shop);
      await shop.mail(ada.email, /receipt/);
      await page.goto(thanks);
      await expect(page.getByRole('heading', { level: 1 })).toContainText('Thank you');
      expect(await shop.inbox(bea.email)).toHaveLength(1);
    });

    test('money that never comes makes no gift', { tag: '@scripts' }, async ({ page, shop }) => {
      await writeGift(page);
      await payButton(page).click();
      await choose(page, 'pay_later');
      await expect(page.getByRole('heading', { level: 1 })).toHaveText('Your payment is under way');
      const thanks = page.url();
      await lets(page, shop, 'Let the payment fail');
      await expect(async () => {
        await page.goto(thanks);
        await expect(page.getByRole('heading', { level: 1 })).toHaveText('Nothing was charged', { timeout: 1_000 });
      }).toPass();
      await shop.mail(ada.email, /did not go through/);
      await page.getByRole('link', { name: 'Make the gift again' }).click();
      await expect(page.getByRole('textbox', { name: 'Their name' })).toHaveValue(bea.name);
      expect(await shop.inbox(bea.email)).toEqual([]);
    });
  });
}
