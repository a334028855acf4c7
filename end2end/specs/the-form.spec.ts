import type { Page } from '@playwright/test';
import { ada, bea, gift } from '../people.ts';
import { expect, test } from '../test.ts';

/** Presses Tab until the control that has this name has the focus, which must show. */
async function tabTo(page: Page, name: RegExp): Promise<void> {
  for (let presses = 0; presses < 40; presses += 1) {
    await page.keyboard.press('Tab');
    const { label, outline } = await page.evaluate(() => {
      const control = document.activeElement as HTMLInputElement;
      const label = (control.labels?.length ? control.labels[0] : control)?.textContent ?? '';
      return { label: label.trim(), outline: getComputedStyle(control.closest('.pick') ?? control).outlineStyle };
    });
    if (!name.test(label)) continue;
    expect(outline, `the focus on ${name} shows`).not.toBe('none');
    return;
  }
  throw new Error(`Tab never came to ${name}`);
}

test('a gift is bought with the keyboard alone', { tag: '@scripts' }, async ({ page }) => {
  await page.goto('/gift');
  await tabTo(page, /^Skip to the page/);
  await tabTo(page, /^Founder/);
  await page.keyboard.press('ArrowUp');
  await expect(page.getByRole('radio', { name: 'Member' })).toBeChecked();
  await page.keyboard.press('ArrowDown');
  await tabTo(page, /^12 months/);
  await tabTo(page, /^Their name/);
  await page.keyboard.type(bea.name);
  await tabTo(page, /^Your message/);
  await page.keyboard.type(gift.message);
  await tabTo(page, /^Signed/);
  await page.keyboard.type(ada.name);
  await tabTo(page, /^Their email address/);
  await page.keyboard.type(bea.email);
  await tabTo(page, /^Your email address/);
  await page.keyboard.type('ada@');
  await tabTo(page, /^Continue to payment/);
  await page.keyboard.press('Enter');

  await expect(page.getByRole('alert'), 'what is to be corrected is where the reader is').toBeFocused();
  await tabTo(page, /^Enter your whole email address/);
  await page.keyboard.press('Enter');
  await expect(page.getByLabel('Your email address')).toBeFocused();
  await page.keyboard.press('ControlOrMeta+A');
  await page.keyboard.type(ada.email);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'Your payment' })).toBeVisible();
});

test('the card beside the form bears the names while they are typed', { tag: '@scripts' }, async ({ page }) => {
  await page.goto('/gift');
  await page.waitForLoadState('networkidle');
  const card = page.getByRole('img', { name: /How the card will look/ });
  await page.getByRole('textbox', { name: 'Their name' }).fill(bea.name);
  await page.getByLabel('Signed').fill(ada.name);
  await expect(card.locator('[data-mirrors=recipient_name]')).toHaveText(bea.name);
  await expect(card.locator('[data-mirrors=buyer_name]')).toHaveText(ada.name);
});

test('the button says the price of what is chosen', async ({ page }) => {
  await page.goto('/gift');
  for (const [tier, length, price] of [['Member', '3 months', '€27'], ['Founder', '6 months', '€108'], ['Founder', '12 months', '€192']] as const) {
    await page.getByRole('radio', { name: tier }).check();
    await page.getByRole('radio', { name: length }).check();
    await expect(page.getByRole('button', { name: `Continue to payment: ${price}`, exact: true })).toBeVisible();
  }
});
