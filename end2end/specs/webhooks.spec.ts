// Webhooks that are not as they should be. The buyer takes no way back, so that they are all that the shop hears.
import type { Page } from '@playwright/test';
import { ada, bea, giftLink, payAndLeave, payButton, writeGift } from '../people.ts';
import { type Shop, eventually } from '../shop.ts';
import { expect, test } from '../test.ts';
import { lets, sendsAgain } from '../tester.ts';

/** What the shop has answered, by now `count` times. */
async function answers(shop: Shop, count: number): Promise<string[]> {
  return eventually(`${count} answers of the shop`, async () => {
    const given = (await shop.events()).flatMap((event) => event.deliveries.flatMap((delivery) => delivery.answers));
    return given.length >= count ? given : undefined;
  });
}

async function buy(page: Page): Promise<void> {
  await writeGift(page);
  await payButton(page).click();
  await payAndLeave(page);
}

for (const provider of ['stripe', 'creem', 'flowglad']) {
  test.describe(provider, () => {
    test.use({ settings: { RIBBON_PROVIDER: provider } });

    test('what is signed wrongly is refused and changes nothing, and what is signed rightly is believed', { tag: '@scripts' }, async ({ page, shop }) => {
      await shop.webhooks('missign');
      await buy(page);
      let refused = (await answers(shop, 1)).length;
      const ways = ['Changed after signing', 'Unsigned', 'Signed an hour ago'];
      // Creem signs no time.
      for (const way of ways.slice(0, provider === 'creem' ? 2 : 3)) {
        await sendsAgain(page, shop, way);
        refused = (await answers(shop, refused + 1)).length;
      }
      expect(new Set(await answers(shop, refused))).toEqual(new Set(['400']));
      expect(await shop.inbox(bea.email)).toEqual([]);

      await sendsAgain(page, shop, 'As it was');
      await giftLink(shop);
      await shop.mail(ada.email, /receipt/);
    });

    test('what comes twice makes one gift', { tag: '@scripts' }, async ({ page, shop }) => {
      await shop.webhooks('duplicate');
      await buy(page);
      await giftLink(shop);
      await shop.mail(ada.email, /receipt/);
      expect(new Set(await answers(shop, 2))).toEqual(new Set(['200']));
      expect(await shop.inbox(bea.email)).toHaveLength(1);
      expect(await shop.inbox(ada.email)).toHaveLength(1);
    });
  });
}

test('a refund that is heard of before the payment leaves nothing to open', { tag: '@scripts' }, async ({ page, shop }) => {
  await shop.webhooks('hold');
  await buy(page);
  await lets(page, shop, 'Refund');
  await page.getByRole('button', { name: 'Release it newest first' }).click();
  expect(await answers(shop, 3)).toEqual(['200', '200', '200']);
  await shop.mail(ada.email, /has gone back/);
  expect(await shop.inbox(bea.email)).toEqual([]);
});
