import { ada, bea, buyGift, carl, giftLink, redeem, registerFromGift, signInFromGift } from '../people.ts';
import { link } from '../shop.ts';
import { expect, test } from '../test.ts';

test('whoever redeems a gift thanks for it, and its giver reads that', async ({ page, shop }) => {
  await buyGift(page);
  await page.goto(await giftLink(shop));
  await registerFromGift(page);
  await expect(page.getByText('Founder from today to')).toBeVisible();
  await redeem(page);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('It is yours');
  await page.getByLabel(/A few words to/).fill('I read it in the rain.');
  await page.getByRole('button', { name: 'Send your thanks' }).click();
  await expect(page.getByText('I read it in the rain.')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Send your thanks' })).toHaveCount(0);
  const mail = await shop.mail(ada.email, /Bea thanks you/);
  expect(mail.text).toContain('I read it in the rain.');
  expect(mail.text).not.toContain(bea.email);
});

test('a recipient declines a gift from its mail, and its giver gives it to another', async ({ page, shop }) => {
  shop.createAccount(carl.email, carl.password);
  await buyGift(page);
  const declined = await giftLink(shop);
  await page.goto(declined);
  await page.getByRole('link', { name: 'I would rather not have it' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Decline this gift?');
  await page.getByRole('link', { name: 'Keep it' }).click();
  await page.getByRole('link', { name: 'I would rather not have it' }).click();
  await page.getByLabel(/A word to/).fill('I have one already.');
  await page.getByRole('button', { name: 'Decline the gift' }).click();
  await expect(page.getByText('The gift is declined.')).toBeVisible();
  await page.goto(declined);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('You declined this gift');

  const told = await shop.mail(ada.email, /Bea has declined your gift/);
  expect(told.text).toContain('I have one already.');
  await page.goto(link(told, /\/gifts\//));
  await page.getByRole('textbox', { name: 'Their name' }).fill(carl.name);
  await page.getByLabel('Their email address').fill(carl.email);
  await page.getByRole('button', { name: 'Give it to them' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Your gift to Carl');

  await page.goto(link(await shop.mail(carl.email, /has given you something/), /\/redeem\//));
  await signInFromGift(page, carl);
  await redeem(page);
  await page.goto('/account');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('You are a Founder');
  await page.goto(declined);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('No gift has this code');
});
