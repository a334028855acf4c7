import { ada, bea, buyGift, carl, giftLink, redeem, signInFromGift } from '../people.ts';
import { link } from '../shop.ts';
import { expect, test } from '../test.ts';

test('a corrected address gets the gift, and the old link opens it no longer', async ({ page, shop }) => {
  shop.createAccount(carl.email, carl.password);
  await buyGift(page);
  const old = await giftLink(shop);
  const own = link(await shop.mail(ada.email, /receipt/), /\/gifts\//);
  await page.goto(own);
  await page.getByText('It should go to another address').click();
  await page.getByRole('textbox', { name: 'Their name' }).fill(carl.name);
  await page.getByLabel('Their new email address').fill(carl.email);
  await page.getByRole('button', { name: 'Change it and send it again' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Your gift to Carl');

  const mail = await shop.mail(carl.email, /has given you something/);
  await page.goto(old);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('No gift has this code');
  await page.goto(link(mail, /\/redeem\//));
  await signInFromGift(page, carl);
  await redeem(page);
  await page.goto('/account');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('You are a Founder');
  expect(await shop.inbox(bea.email), 'whoever had it before is written to no more').toHaveLength(1);
});

test('the page opens only for whoever has its whole address', async ({ page, shop }) => {
  await buyGift(page);
  const url = new URL(link(await shop.mail(ada.email, /receipt/), /\/gifts\//));
  const key = url.searchParams.get('key') ?? '';
  for (const wrong of ['', key.slice(0, -1), `${key}A`, [...key].reverse().join('')]) {
    url.searchParams.set('key', wrong);
    await page.goto(url.toString());
    await expect(page.locator('body')).not.toContainText(bea.email);
  }
});
