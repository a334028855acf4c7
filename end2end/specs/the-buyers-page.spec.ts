import type { Page } from '@playwright/test';
import { ada, bea, buyGift, carl, choose, gift, giftLink, payButton, redeem, signInFromGift, writeGift } from '../people.ts';
import { type Shop, link } from '../shop.ts';
import { expect, test } from '../test.ts';

test('a corrected address gets the gift, and the old link opens it no longer', async ({ page, shop }) => {
  shop.createAccount(carl.email, carl.password);
  await buyGift(page);
  const old = await giftLink(shop);
  const own = link(await shop.mail(ada.email, /receipt/), /\/gifts\//);
  await page.goto(own);
  await page.getByText('It should go to another name or address').click();
  await page.getByRole('textbox', { name: 'Their name' }).fill(carl.name);
  await page.getByLabel('Their email address').fill(carl.email);
  // The mail may be in the mailbox a moment before the page knows that it went out.
  await page.getByRole('button', { name: /^Change it/ }).click();
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

/** Opens the page that the receipt leads to. */
async function opensOwnPage(page: Page, shop: Shop): Promise<string> {
  const own = link(await shop.mail(ada.email, /receipt/), /\/gifts\//);
  await page.goto(own);
  return own;
}

/** A day so many days from now, as a date field takes it. */
function daysAhead(days: number): string {
  return new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
}

/** The same day as the pages write it. */
function inFull(day: string): string {
  return new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' }).format(new Date(day));
}

test('a gift for a day gets a corrected address, another day, and goes out at once after all', async ({ page, shop }) => {
  const [first, second] = [daysAhead(40), daysAhead(50)];
  await writeGift(page);
  await page.getByLabel('On which day?').fill(first);
  await page.getByLabel('By whose clock?').selectOption('Pacific/Auckland');
  await payButton(page).click();
  await choose(page, 'pay');
  await expect(page.getByRole('main')).toContainText(`it goes out to Bea on ${inFull(first)}, 09:00 in Auckland.`);

  await opensOwnPage(page, shop);
  await expect(page.getByRole('main')).toContainText(`Paid, and goes out on ${inFull(first)}, 09:00 in Auckland.`);
  await page.getByText('It should go to another name or address').click();
  await page.getByLabel('Their email address').fill(carl.email);
  await page.getByRole('button', { name: 'Change it' }).click();
  await expect(page.getByRole('status').first()).toContainText('the mail to the new address will have new ones');

  await page.getByText('It should go out on another day').click();
  await expect(page.getByLabel('On which day?')).toHaveValue(first);
  await page.getByLabel('On which day?').fill('2020-01-01');
  await page.getByRole('button', { name: 'Change how it travels' }).click();
  await expect(page.getByRole('alert')).toContainText('Choose a day from');
  await page.getByLabel('On which day?').fill(second);
  await page.getByRole('button', { name: 'Change how it travels' }).click();
  await expect(page.getByRole('main')).toContainText(`goes out on ${inFull(second)}, 09:00 in Auckland.`);

  await page.getByText('It should go out now').click();
  await page.getByRole('button', { name: 'Send it now' }).click();
  await shop.mail(carl.email, /has given you something/);
  expect(await shop.inbox(bea.email), 'the mistyped address is written to by nobody').toHaveLength(0);
});

test('a lost link: a new code is made, and the old one is dead', async ({ page, shop }) => {
  await buyGift(page);
  const old = await giftLink(shop);
  await opensOwnPage(page, shop);
  await page.getByText('The code has fallen into other hands').click();
  await page.getByRole('button', { name: 'Make a new code' }).click();
  await expect(page.getByRole('status').first()).toContainText('The old code is dead.');
  await expect(page.getByRole('listitem').filter({ hasText: 'New code made' })).toBeVisible();
  await page.goto(old);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('No gift has this code');
  await expect(async () => {
    await page.goto(await giftLink(shop));
    await expect(page.getByRole('heading', { level: 1 })).not.toHaveText('No gift has this code', { timeout: 1_000 });
  }).toPass();
});

test('another gift like it: the form is filled in, but for the message', async ({ page, shop }) => {
  await buyGift(page);
  await opensOwnPage(page, shop);
  await page.getByRole('link', { name: 'Make another like it' }).click();
  await expect(page.getByRole('textbox', { name: 'Their name' })).toHaveValue(bea.name);
  await expect(page.getByLabel('Your email address')).toHaveValue(ada.email);
  await expect(page.getByLabel('Your message')).toHaveValue('');
  await expect(page.getByRole('radio', { name: gift.tier })).toBeChecked();
});

for (const provider of ['stripe', 'creem', 'flowglad']) {
  test.describe(`taken back at ${provider}`, () => {
    test.use({ settings: { RIBBON_PROVIDER: provider } });

    test('the code dies at once, and the money goes back', { tag: '@scripts' }, async ({ page, shop }) => {
      await buyGift(page);
      const old = await giftLink(shop);
      const own = await opensOwnPage(page, shop);
      await page.getByText('I would like my money back').click();
      await page.getByRole('button', { name: 'Take my money back' }).click();
      await expect(page.getByRole('status').first()).toContainText('can’t be redeemed any more');
      await page.goto(old);
      await expect(page.getByRole('button', { name: /^Redeem/ })).toHaveCount(0);
      await shop.mail(ada.email, /has gone back/, 60);
      await page.goto(own);
      await expect(page.getByRole('main')).toContainText('Paid back. Its code redeems nothing any more.');
      await expect(page.getByRole('main')).toContainText('−€192.00');
    });
  });
}
