import {
  ada, bea, buyGift, choose, gift, giftLink, payButton, redeem, registerFromGift, signIn, signInFromGift, writeGift,
} from '../people.ts';
import { expect, test } from '../test.ts';

test('a gift is bought, paid, mailed, and redeemed by a newcomer', { tag: '@postgres' }, async ({ page, shop }) => {
  await buyGift(page);
  const receipt = await shop.mail(ada.email, /receipt/);
  expect(receipt.text).toContain('€192.00');

  await page.goto(await giftLink(shop));
  await expect(page.getByText(gift.message)).toBeAttached();
  await registerFromGift(page);
  await expect(page.getByText('If you redeem it today')).toBeVisible();
  await redeem(page);

  await page.goto('/account');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('You are a Founder');
  await shop.mail(ada.email, /Bea has opened your gift/);
});

test('whoever has an account signs in and finds the gift kept', async ({ page, shop }) => {
  shop.createAccount(bea.email, bea.password);
  await buyGift(page);
  await page.goto(await giftLink(shop));
  await signInFromGift(page);
  await redeem(page);
  await page.goto('/account');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('You are a Founder');
});

test('the printed code, typed in by hand with O for 0 and l for 1, opens the same gift', async ({ page, shop }) => {
  shop.createAccount(bea.email, bea.password);
  await writeGift(page);
  await page.getByRole('radio', { name: 'I hand it over myself' }).check();
  await payButton(page).click();
  await choose(page, 'pay');
  await page.getByRole('link', { name: 'Print the card' }).click();
  const printed = await page.getByRole('main').innerText();
  const code = printed.match(/[0-9A-Z]{4}(?:\s+[0-9A-Z]{4}){5}/)?.[0] ?? 'none on the card';
  expect(await shop.inbox(bea.email), 'only its giver is written to').toHaveLength(0);
  await page.goto('/login');
  await signIn(page, bea);
  await page.goto('/redeem');
  await page.getByLabel('The code on your card').fill(code.toLowerCase().replaceAll('0', 'o').replaceAll('1', 'l').replaceAll(/\s+/g, '-'));
  await page.getByRole('button', { name: 'Look at the gift' }).click();
  await redeem(page);
  await page.goto('/account');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('You are a Founder');
});

test('a gift that is redeemed says so to the one who has it', async ({ page, shop }) => {
  shop.createAccount(bea.email, bea.password);
  await buyGift(page);
  const url = await giftLink(shop);
  await page.goto(url);
  await signInFromGift(page);
  await redeem(page);
  await page.goto(url);
  await expect(page.getByRole('button', { name: /^Redeem/ })).toHaveCount(0);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('It is yours');
});
