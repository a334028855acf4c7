// What axe has against the mails and the sandbox's own pages. The shop's are looked at in every-page.spec.ts.
import type { Page } from '@playwright/test';
import { expectAccessible } from '../accessible.ts';
import { ada, bea, buyGift, choose, payButton, writeGift } from '../people.ts';
import { test } from '../test.ts';

async function expectAccessibleByDayAndNight(page: Page, rules: string[] = []): Promise<void> {
  await expectAccessible(page, 'light', rules);
  await expectAccessible(page, 'dark', rules);
}

test('axe finds nothing on the mails', { tag: '@scripts' }, async ({ page, shop }) => {
  await buyGift(page);
  const mails = [await shop.mail(bea.email, /has given you something/), await shop.mail(ada.email, /receipt/)];
  for (const mail of mails) {
    await page.goto('about:blank');
    await page.setContent(mail.html);
    // A mail is a part of the page of whoever shows it, and has no landmarks of its own.
    await expectAccessibleByDayAndNight(page, ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']);
  }
});

test('axe finds nothing on the pages of the sandbox', { tag: '@scripts' }, async ({ page, shop }) => {
  await page.goto(shop.sandboxUrl);
  await expectAccessibleByDayAndNight(page);
  await writeGift(page);
  await payButton(page).click();
  await expectAccessibleByDayAndNight(page);
  await choose(page, 'pay');
  const mail = await shop.mail(ada.email, /receipt/);
  for (const path of ['/', '/inbox', `/inbox/${mail.id}`]) {
    await page.goto(shop.sandboxUrl + path);
    await expectAccessibleByDayAndNight(page);
  }
});
