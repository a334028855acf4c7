import { ada, bea, buyGift, carl, gift, giftLink, payButton, signIn, writeGift } from '../people.ts';
import { expect, test } from '../test.ts';

test('a refused form keeps its fields and names what is wrong', async ({ page }) => {
  await writeGift(page);
  await page.getByLabel('Their email address').fill('bea@');
  await page.getByLabel('Your email address').fill('');
  const [answer] = await Promise.all([
    page.waitForResponse((response) => response.request().method() === 'POST'),
    payButton(page).click(),
  ]);
  expect(answer.status()).toBe(422);
  expect(new URL(page.url()).search, 'nothing of the form in the address').toBe('');

  const summary = page.getByRole('alert');
  await expect(summary).toContainText('Two things to correct');
  await expect(summary.getByRole('link')).toHaveCount(2);
  await expect(page).toHaveTitle(/^2 things to correct/);
  const theirs = page.getByLabel('Their email address');
  await expect(theirs).toHaveAttribute('aria-invalid', 'true');
  await expect(theirs).toHaveValue('bea@');
  await expect(page.getByRole('radio', { name: gift.tier })).toBeChecked();
  await expect(page.getByRole('radio', { name: gift.length })).toBeChecked();
  await expect(page.getByRole('textbox', { name: 'Their name' })).toHaveValue(bea.name);
  await expect(page.getByLabel('Your message')).toHaveValue(gift.message);

  await theirs.fill(bea.email);
  await page.getByLabel('Your email address').fill(ada.email);
  await payButton(page).click();
  await expect(page.locator('button[name=outcome][value=pay]')).toBeVisible();
});

test('a message of markup is text to whoever reads it', async ({ page, shop }) => {
  const markup = '</textarea><script>document.title = "taken"</script><b>bold</b>';
  await writeGift(page);
  await page.getByLabel('Your message').fill(markup);
  await page.getByLabel('Their email address').fill('');
  await payButton(page).click();
  await expect(page.getByLabel('Your message')).toHaveValue(markup);

  await page.getByLabel('Their email address').fill(bea.email);
  await payButton(page).click();
  await page.locator('button[name=outcome][value=pay]').click();
  await page.goto(await giftLink(shop));
  await expect(page.getByText('document.title')).toBeAttached();
  await expect(page).not.toHaveTitle('taken');
});

test('somebody else\'s account is shown a masked address and nothing of the gift', async ({ page, shop }) => {
  shop.createAccount(carl.email, carl.password);
  await buyGift(page);
  const url = new URL(await giftLink(shop));
  url.search = '';
  await page.goto('/login');
  await signIn(page, carl);
  await page.goto(url.toString());
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('This gift waits for another address');
  await expect(page.getByText('b•••@e•••.com')).toBeVisible();
  await expect(page.locator('body')).not.toContainText(gift.message);
  await expect(page.locator('body')).not.toContainText(bea.email);
  await expect(page.getByRole('button', { name: /^Redeem/ })).toHaveCount(0);
});

test('a wrong password keeps the address and tells neither half apart', async ({ page, shop }) => {
  shop.createAccount(bea.email, bea.password);
  for (const email of [bea.email, 'nobody@example.com']) {
    await page.goto('/login');
    await signIn(page, { email, password: 'not-the-password-of-anyone' });
    await expect(page.getByRole('alert')).toContainText('That address and password don’t match an account here');
    await expect(page.getByLabel('Email address')).toHaveValue(email);
    await expect(page.getByLabel('Password')).toHaveValue('');
  }
});

test('an unknown page helps on', async ({ page }) => {
  const answer = await page.goto('/gifft');
  expect(answer?.status()).toBe(404);
  await expect(page.getByRole('main').getByRole('link').first()).toBeVisible();
});
