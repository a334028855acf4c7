// What buyers and recipients do in the browser, in the words of the pages.
import { type Page, expect } from '@playwright/test';
import { type Shop, link } from './shop.ts';

export const ada = { name: 'Ada', email: 'ada@example.com' };
export const bea = { name: 'Bea', email: 'bea@example.com', password: 'umbrella-lent-in-rain' };
export const carl = { name: 'Carl', email: 'carl@example.com', password: 'lighthouse-by-the-fjord' };

export const gift = {
  tier: 'Founder',
  length: '12 months',
  price: '€192',
  message: 'Thirty years, and you still lend me the better umbrella.',
};

/** Opens the form and fills in everything that it needs. */
export async function writeGift(page: Page): Promise<void> {
  await page.goto('/gift');
  await page.getByRole('radio', { name: gift.tier }).check();
  await page.getByRole('radio', { name: gift.length }).check();
  await page.getByRole('textbox', { name: 'Their name' }).fill(bea.name);
  await page.getByLabel('Your message').fill(gift.message);
  await page.getByLabel('Signed').fill(ada.name);
  await page.getByLabel('Their email address').fill(bea.email);
  await page.getByLabel('Your email address').fill(ada.email);
}

export function payButton(page: Page) {
  return page.getByRole('button', { name: `Continue to payment: ${gift.price}` });
}

export type Outcome = 'pay' | 'pay_later' | 'decline' | 'cancel' | 'expire';

/** Presses one of the buttons of the provider's page. */
export async function choose(page: Page, outcome: Outcome): Promise<void> {
  await page.locator(`button[name=outcome][value=${outcome}]`).click();
}

/** Pays on the hosted page and is never seen again: the way back to the shop is not taken. */
export async function payAndLeave(page: Page): Promise<void> {
  await expect(page.locator('button[name=outcome][value=pay]')).toBeVisible();
  const paid = await page.request.post(page.url(), { form: { outcome: 'pay' }, maxRedirects: 0 });
  expect(paid.status()).toBe(303);
}

/** Buys the gift, to the page that thanks for it. */
export async function buyGift(page: Page): Promise<void> {
  await writeGift(page);
  await payButton(page).click();
  await choose(page, 'pay');
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Thank you');
}

/** The link in the recipient's own mail. */
export async function giftLink(shop: Shop, seconds?: number): Promise<string> {
  return link(await shop.mail(bea.email, /has given you something/, seconds), /\/redeem\//);
}

/** Makes an account on the way from the gift's page, as somebody who came by the mailed link. */
export async function registerFromGift(page: Page): Promise<void> {
  await page.getByRole('main').getByRole('button', { name: 'Create an account' }).click();
  await page.getByLabel('Password').fill(bea.password);
  await page.getByRole('button', { name: 'Create an account' }).click();
}

export async function signIn(page: Page, who: { email: string; password: string }): Promise<void> {
  await page.getByLabel('Email address').fill(who.email);
  await page.getByLabel('Password').fill(who.password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}

/** Signs in on the way from the gift's page. */
export async function signInFromGift(page: Page, who = bea): Promise<void> {
  await page.getByRole('main').getByRole('button', { name: 'Sign in' }).click();
  await signIn(page, who);
}

export async function redeem(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Redeem 12 months of Founder' }).click();
}
