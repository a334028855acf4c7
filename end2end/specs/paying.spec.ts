import { ada, bea, choose, gift, payButton, writeGift } from '../people.ts';
import type { Shop } from '../shop.ts';
import { expect, test } from '../test.ts';

test('a declined payment can be made again on the same page', async ({ page, shop }) => {
  await writeGift(page);
  await payButton(page).click();
  await choose(page, 'decline');
  expect(await shop.inbox(ada.email)).toEqual([]);
  await choose(page, 'pay');
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Thank you');
  await shop.mail(ada.email, /receipt/);
  expect(await shop.inbox(ada.email)).toHaveLength(1);
});

test('a cancelled payment brings the form back as it was', async ({ page, shop }) => {
  await writeGift(page);
  await payButton(page).click();
  await choose(page, 'cancel');
  await expect(page.getByText('Nothing was charged, and everything you wrote is here')).toBeVisible();
  await expect(page.getByRole('radio', { name: gift.tier })).toBeChecked();
  await expect(page.getByRole('radio', { name: gift.length })).toBeChecked();
  await expect(page.getByRole('textbox', { name: 'Their name' })).toHaveValue(bea.name);
  await expect(page.getByLabel('Their email address')).toHaveValue(bea.email);
  await expect(page.getByLabel('Your message')).toHaveValue(gift.message);
  await expect(page.getByLabel('Your email address')).toHaveValue(ada.email);
  expect(await shop.inbox(bea.email)).toEqual([]);

  await payButton(page).click();
  await choose(page, 'pay');
  await shop.mail(bea.email, /has given you something/);
});

test('an expired payment page leaves nothing charged and nothing mailed', async ({ page, shop }) => {
  await writeGift(page);
  await payButton(page).click();
  await choose(page, 'expire');
  expect(await shop.inbox(ada.email)).toEqual([]);
  expect(await shop.inbox(bea.email)).toEqual([]);
});

test('a double click makes one order', async ({ page, shop }) => {
  await writeGift(page);
  await payButton(page).dblclick();
  await expect(page.locator('button[name=outcome][value=pay]')).toBeVisible();
  expect((await sessions(shop)).size).toBe(1);
  await choose(page, 'pay');
  await shop.mail(ada.email, /receipt/);
  expect(await shop.inbox(ada.email)).toHaveLength(1);
});

test('the same form sent ten times at once leads to one payment page', { tag: '@scripts' }, async ({ page, shop }) => {
  await writeGift(page);
  const form = {
    tier: 'founder', duration_months: '12', recipient_name: bea.name, recipient_email: bea.email, message: gift.message,
    buyer_name: ada.name, buyer_email: ada.email, delivery: 'email', deliver_on: '', time_zone: 'Europe/Berlin', promo_code: '',
  };
  const post = () => fetch(`${shop.url}/gift`, {
    method: 'POST', body: new URLSearchParams(form), redirect: 'manual', headers: { origin: shop.url },
  });
  const answers = await Promise.all(Array.from({ length: 10 }, post));
  expect(new Set(answers.map((answer) => answer.headers.get('location'))).size).toBe(1);
  expect((await sessions(shop)).size).toBe(1);
});

/** The ids of the checkout sessions that stand on the sandbox's home page. */
async function sessions(shop: Shop): Promise<Set<string>> {
  const html = await (await fetch(shop.sandboxUrl)).text();
  return new Set(html.match(/cs_test_\w+/g));
}
