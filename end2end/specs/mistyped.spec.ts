import { ada, bea, choose, payButton, writeGift } from '../people.ts';
import { expect, test } from '../test.ts';

test('a mistyped address is asked about, and taken as it was meant', async ({ page, shop }) => {
  await writeGift(page);
  await page.getByLabel('Their email address').fill('bea@gmial.com');
  await payButton(page).click();
  await expect(page).toHaveTitle(/^1 question before you go on/);
  const question = page.getByRole('radiogroup', { name: 'Did you mean bea@gmail.com?' });
  await expect(question).toBeVisible();
  await question.getByRole('radio', { name: 'Yes, it is gmail.com' }).check();
  await payButton(page).click();
  await choose(page, 'pay');
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Thank you');
  await shop.mail('bea@gmail.com', /has given you something/);
});

test('an address that is meant as it was typed is kept, also by whoever comes back from the payment page', async ({ page, shop }) => {
  await writeGift(page);
  await page.getByLabel('Their email address').fill('bea@gmial.com');
  await page.getByLabel('Your email address').fill('ada@hotmial.com');
  await payButton(page).click();
  await page.getByRole('radio', { name: 'No, keep gmial.com' }).check();
  await page.getByRole('radio', { name: 'No, keep hotmial.com' }).check();
  await payButton(page).click();
  await choose(page, 'cancel');
  await expect(page.getByRole('main')).toContainText('Nothing was charged');
  await expect(page.getByText('Did you mean')).toHaveCount(0);
  await payButton(page).click();
  await choose(page, 'pay');
  await shop.mail('bea@gmial.com', /has given you something/);
  await shop.mail('ada@hotmial.com', /receipt/);
});

test('whoever corrects the field itself has answered', async ({ page, shop }) => {
  await writeGift(page);
  await page.getByLabel('Their email address').fill('bea@gmial.com');
  await payButton(page).click();
  await page.getByLabel('Their email address').fill(bea.email);
  await payButton(page).click();
  await choose(page, 'pay');
  await shop.mail(bea.email, /has given you something/);
  await shop.mail(ada.email, /receipt/);
});
