// What a tester does on the sandbox's own pages, in the words of those pages. The newest payment and the newest event are meant.
import { type Page, expect } from '@playwright/test';
import type { Shop } from './shop.ts';

/** Presses a button of the newest payment on the sandbox's home page. */
export async function lets(page: Page, shop: Shop, button: string, amount = ''): Promise<void> {
  await page.goto(shop.sandboxUrl);
  const payment = page.locator('article[id]').first();
  if (amount) await payment.getByLabel('EUR').fill(amount);
  await payment.getByRole('button', { name: button, exact: true }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Sandbox');
}

/** Sends the newest event once more, in one of the ways that the page offers. */
export async function sendsAgain(page: Page, shop: Shop, way: string): Promise<void> {
  await page.goto(shop.sandboxUrl);
  const event = page.locator('article.event').first();
  await event.locator('summary').click();
  await event.getByRole('button', { name: way, exact: true }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Sandbox');
}
