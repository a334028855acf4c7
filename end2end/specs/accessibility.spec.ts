import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from '@playwright/test';
import { ada, bea, buyGift, carl, choose, giftLink, payButton, redeem, registerFromGift, signIn, writeGift } from '../people.ts';
import { expect, test } from '../test.ts';
import { link } from '../shop.ts';

// axe itself is a script: this spec runs only where scripts do. The pages are the same without them.
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Fails with what axe has against the page, in the light and in the dark, by all its rules or by those with a tag in `rules`. */
async function expectAccessible(page: Page, rules: string[] = []): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.evaluate(axe);
    const found = await page.evaluate(async (tags) => {
      const { axe } = window as unknown as { axe: typeof import('axe-core') };
      const { violations } = await axe.run(tags.length > 0 ? { runOnly: tags } : {});
      return violations.map(({ id, help, nodes }) => ({ id, help, nodes: nodes.map((node) => node.html) }));
    }, rules);
    expect.soft(found, `${new URL(page.url()).pathname}, ${colorScheme}`).toEqual([]);
  }
}

test('axe finds nothing on the pages that everybody sees', { tag: '@scripts' }, async ({ page }) => {
  for (const path of ['/', '/gift', '/redeem', '/login', '/register', '/forgot', '/nowhere']) {
    await page.goto(path);
    await expectAccessible(page);
  }
});

test('axe finds nothing on the pages of buying', { tag: '@scripts' }, async ({ page, shop }) => {
  await page.goto('/gift');
  await payButton(page).click();
  await expect(page.getByRole('alert')).toBeVisible();
  await expectAccessible(page);
  await buyGift(page);
  await expectAccessible(page);
  await page.goto(link(await shop.mail(ada.email, /receipt/), /\/gifts\//));
  await expectAccessible(page);
});

test('axe finds nothing on the pages of redeeming', { tag: '@scripts' }, async ({ page, shop }) => {
  await buyGift(page);
  await page.goto(await giftLink(shop));
  await expectAccessible(page);
  await registerFromGift(page);
  await expect(page.getByText('If you redeem it today')).toBeVisible();
  await expectAccessible(page);
  await redeem(page);
  await expectAccessible(page);
  for (const path of ['/account', '/account/password', '/account/email', '/account/tokens']) {
    await page.goto(path);
    await expectAccessible(page);
  }
});

test('axe finds nothing on the page of somebody else\'s gift', { tag: '@scripts' }, async ({ page, shop }) => {
  shop.createAccount(carl.email, carl.password);
  await buyGift(page);
  const url = new URL(await giftLink(shop));
  await page.goto('/login');
  await signIn(page, carl);
  await page.goto(url.pathname);
  await expectAccessible(page);
});

test('axe finds nothing on the mails', { tag: '@scripts' }, async ({ page, shop }) => {
  await buyGift(page);
  const mails = [await shop.mail(bea.email, /has given you something/), await shop.mail(ada.email, /receipt/)];
  for (const mail of mails) {
    await page.goto('about:blank');
    await page.setContent(mail.html);
    // A mail is a part of the page of whoever shows it, and has no landmarks of its own.
    await expectAccessible(page, ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']);
  }
});

test('axe finds nothing on the pages of the sandbox', { tag: '@scripts' }, async ({ page, shop }) => {
  await page.goto(shop.sandboxUrl);
  await expectAccessible(page);
  await writeGift(page);
  await payButton(page).click();
  await expectAccessible(page);
  await choose(page, 'pay');
  const mail = await shop.mail(ada.email, /receipt/);
  for (const path of ['/', '/inbox', `/inbox/${mail.id}`]) {
    await page.goto(shop.sandboxUrl + path);
    await expectAccessible(page);
  }
});
