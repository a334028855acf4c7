import { ada, bea, choose, giftLink, payButton, redeem, registerFromGift, writeGift } from '../people.ts';
import { expect, test } from '../test.ts';

for (const provider of ['stripe', 'creem']) {
  test.describe(provider, () => {
    test.use({ settings: { RIBBON_PROVIDER: provider } });

    test('a promo code lowers the price that is shown, charged, and on the receipt', async ({ page, shop }) => {
      shop.command(['promo', 'create', 'SPRING27', '--percent', '25']);
      await writeGift(page);
      await page.getByLabel('Promo code').fill('spring27');
      await page.getByRole('button', { name: 'Apply the code' }).click();
      await expect(page.getByText('SPRING27 takes 25 % off.')).toBeVisible();
      await expect(page.getByLabel('Their email address')).toHaveValue(bea.email);
      await page.getByRole('button', { name: 'Continue to payment: €144' }).click();
      await expect(page.getByRole('button', { name: 'Pay €144.00' })).toBeVisible();
      await choose(page, 'pay');
      await expect(page.getByRole('heading', { level: 1 })).toContainText('Thank you');
      const receipt = await shop.mail(ada.email, /receipt/);
      expect(receipt.text).toContain('€144.00');
      expect(shop.command(['promo', 'list'])).toContain('used 1 times');
    });
  });
}

test('a promo code that was typed and never applied counts all the same', async ({ page, shop }) => {
  shop.command(['promo', 'create', 'TENNER', '--amount', '10.00', '--tier', 'founder']);
  await writeGift(page);
  await page.getByLabel('Promo code').fill('TENNER');
  await payButton(page).click();
  await expect(page.getByRole('button', { name: 'Pay €182.00' })).toBeVisible();
});

test('whoever turns back to correct a name keeps the last use of a code', async ({ page, shop }) => {
  shop.command(['promo', 'create', 'ONCE', '--percent', '25', '--uses', '1']);
  await writeGift(page);
  await page.getByLabel('Promo code').fill('ONCE');
  await payButton(page).click();
  await choose(page, 'cancel');
  await page.getByRole('textbox', { name: 'Their name' }).fill('Beatrix');
  await page.getByRole('button', { name: 'Continue to payment: €144' }).click();
  await expect(page.getByRole('button', { name: 'Pay €144.00' })).toBeVisible();
  expect(shop.command(['promo', 'list'])).toContain('used 1 of 1 times, 1 of them not paid yet');
  await choose(page, 'pay');
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Thank you');
  expect(shop.command(['promo', 'list'])).toMatch(/used 1 of 1 times$/m);
});

test('with all of it taken off there is nothing to pay, and the gift is made', async ({ page, shop }) => {
  shop.command(['promo', 'create', 'ON-US', '--percent', '100', '--uses', '1']);
  await writeGift(page);
  await page.getByLabel('Promo code').fill('on-us');
  await payButton(page).click();
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Thank you');
  await expect(page.getByText('Nothing was to pay')).toBeVisible();
  expect(await shop.sessions()).toEqual([]);
  await page.goto(await giftLink(shop));
  await registerFromGift(page);
  await redeem(page);
  await page.goto('/account');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('You are a Founder');

  await writeGift(page);
  // The same gift again would be taken for a second click.
  await page.getByRole('textbox', { name: 'Their name' }).fill('Dora');
  await page.getByLabel('Promo code').fill('ON-US');
  await payButton(page).click();
  await expect(page.getByRole('alert')).toContainText('ON-US is used up');
  await expect(page.getByLabel('Your message')).not.toBeEmpty();
});

test.describe('flowglad', () => {
  test.use({ settings: { RIBBON_PROVIDER: 'flowglad' } });

  test('a price that the provider cannot ask for is refused before anybody pays', { tag: '@scripts' }, async ({ page, shop }) => {
    shop.command(['promo', 'create', 'SPRING27', '--percent', '25']);
    await writeGift(page);
    await page.getByLabel('Promo code').fill('SPRING27');
    await payButton(page).click();
    await expect(page.getByRole('alert')).toBeVisible();
    await expect(page.getByLabel('Their email address')).toHaveValue(bea.email);
    expect(await shop.sessions()).toEqual([]);
  });
});
