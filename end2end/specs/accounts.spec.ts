import { bea, buyGift, giftLink, redeem, signIn } from '../people.ts';
import { link } from '../shop.ts';
import { expect, test } from '../test.ts';

test('an account is made, verified, left, entered by a mailed link, and given another password', async ({ page, shop }) => {
  await page.goto('/register');
  await page.getByLabel('Email address').fill(bea.email);
  await page.getByLabel('Password').fill(bea.password);
  await page.getByRole('button', { name: 'Create an account' }).click();
  await page.goto('/account');
  await expect(page.getByText('Your address is not verified yet')).toBeVisible();

  await page.goto(link(await shop.mail(bea.email, /Verify your address/), /\/verify/));
  await page.getByRole('button', { name: 'Verify my address' }).click();
  await page.goto('/account');
  await expect(page.getByText('Your address is not verified yet')).toHaveCount(0);
  await page.getByRole('button', { name: 'Sign out' }).click();

  await page.goto('/login');
  await page.getByLabel('Email address').fill(bea.email);
  await page.getByRole('button', { name: 'Mail me a link' }).click();
  const once = link(await shop.mail(bea.email, /Your link to sign in/), /\/login\/once/);
  await page.goto(once);
  await page.getByRole('main').getByRole('button', { name: 'Sign in' }).click();
  await expect(page).toHaveURL(/\/account$/);
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.goto(once);
  await expect(page.getByRole('heading', { level: 1 }), 'the link works once').toHaveText('This link has ended');

  await page.goto('/forgot');
  await page.getByLabel('Email address').fill(bea.email);
  await page.getByRole('button', { name: 'Mail me a link' }).click();
  await page.goto(link(await shop.mail(bea.email, /Choose a new password/), /\/reset/));
  const another = 'a-longer-umbrella-than-before';
  await page.getByLabel('New password').fill(another);
  await page.getByRole('button', { name: 'Set the password' }).click();
  await shop.mail(bea.email, /Your password was changed/);
  await page.context().clearCookies();
  await page.goto('/login');
  await signIn(page, { email: bea.email, password: another });
  await expect(page).toHaveURL(/\/account$/);
});

test('a program that follows every link in every mail changes nothing', async ({ page, shop }) => {
  await buyGift(page);
  await page.goto('/register');
  await page.getByLabel('Email address').fill(bea.email);
  await page.getByLabel('Password').fill(bea.password);
  await page.getByRole('button', { name: 'Create an account' }).click();
  await shop.mail(bea.email, /Verify your address/);
  const mails = [...(await shop.inbox(bea.email)), ...(await shop.inbox('ada@example.com'))];
  const urls = mails.flatMap((mail) => mail.text.match(/https?:\/\/\S+/g) ?? []);
  expect(urls.length).toBeGreaterThanOrEqual(3);
  for (const url of urls) {
    expect((await fetch(url)).ok, url).toBe(true);
  }

  await page.goto('/account');
  await expect(page.getByText('Your address is not verified yet')).toBeVisible();
  await page.goto(link(await shop.mail(bea.email, /Verify your address/), /\/verify/));
  await page.getByRole('button', { name: 'Verify my address' }).click();
  await page.goto(await giftLink(shop));
  await redeem(page);
  await page.goto('/account');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('You are a Founder');
});
