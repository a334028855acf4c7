import type { Page } from '@playwright/test';
import { bea, choose, registerFromGift, writeGift } from '../people.ts';
import { type Shop, link } from '../shop.ts';
import { expect, test } from '../test.ts';

const DAY = 86_400_000;

/** Buys this membership for Bea and opens the card from her mail. */
async function isGiven(page: Page, shop: Shop, tier: string, length: string): Promise<void> {
  const before = await shop.inbox(bea.email);
  await writeGift(page);
  await page.getByRole('radio', { name: tier }).check();
  await page.getByRole('radio', { name: length }).check();
  await page.getByRole('button', { name: /^Continue to payment/ }).click();
  await choose(page, 'pay');
  await expect(async () => {
    const [newest] = await shop.inbox(bea.email);
    expect(newest?.id).not.toBe(before[0]?.id);
    if (newest) await page.goto(link(newest, /\/redeem\//));
  }).toPass();
}

/** So many calendar months later; a day that its month doesn't have is its last. */
function monthsLater(from: Date, months: number): Date {
  const first = Date.UTC(from.getUTCFullYear(), from.getUTCMonth() + months, 1);
  const last = new Date(Date.UTC(from.getUTCFullYear(), from.getUTCMonth() + months + 1, 0)).getUTCDate();
  return new Date(first + (Math.min(from.getUTCDate(), last) - 1) * DAY);
}

function inFull(day: Date): string {
  return new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' }).format(day);
}

test('a founder gift on top of a member’s is told to the day, and the rest of the first goes on after it', { tag: '@postgres' }, async ({
  page,
  shop,
}) => {
  const now = new Date();
  const today = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate()));
  const alone = monthsLater(today, 6);
  const founder = monthsLater(today, 3);
  const both = new Date(founder.getTime() + (alone.getTime() - today.getTime()));

  await isGiven(page, shop, 'Member', '6 months');
  await registerFromGift(page);
  const main = page.getByRole('main');
  await expect(main).toContainText('No membership.');
  await expect(main).toContainText(`Member from today to ${inFull(alone)}.`);
  await page.getByRole('button', { name: 'Redeem 6 months of Member' }).click();

  await isGiven(page, shop, 'Founder', '3 months');
  await expect(main).toContainText(`Member until ${inFull(alone)}.`);
  await expect(main).toContainText(`Founder from today to ${inFull(founder)}, then Member again until ${inFull(both)}.`);
  await page.getByRole('button', { name: 'Redeem 3 months of Founder' }).click();

  await page.goto('/account');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('You are a Founder');
  await expect(main).toContainText(`Until ${inFull(founder)}. After that, Member until ${inFull(both)}.`);
});
