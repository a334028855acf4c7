// Every page of the shop in every state that a person can reach, as walks that pass by all of them.
// What is looked at on the way is the caller's.
import type { Page } from '@playwright/test';
import {
  ada, bea, buyGift, carl, choose, giftLink, payButton, redeem, registerFromGift, signIn, signInFromGift, writeGift,
} from './people.ts';
import { type Shop, link } from './shop.ts';
import { lets } from './tester.ts';

/** Comes to a page by `arrive` and looks at it; it must say `words`, so that it is the page in the state that is meant. */
export type See = (words: string, arrive: () => Promise<unknown>) => Promise<void>;

export interface Visit {
  page: Page;
  shop: Shop;
  see: See;
}

/** By what is walked through. */
export const walks: Record<string, (visit: Visit) => Promise<void>> = {
  'what everybody sees': everybody,
  'forms that are refused': refusals,
  paying,
  'a gift on its buyer’s page': buyersPage,
  'gifts that came to nothing, on their buyer’s page': undone,
  redeeming,
  'gifts that can’t be redeemed': forbidden,
  reminders,
  'an account and its links': account,
  'a subscription and tokens': subscription,
};

async function everybody({ page, shop, see }: Visit): Promise<void> {
  const pages = {
    '/': 'Give a year, tied with a ribbon.',
    '/gift': 'Make a gift',
    '/redeem': 'Redeem a gift',
    '/docs': 'The API',
    '/login': 'Sign in',
    '/register': 'Create an account',
    '/forgot': 'A new password',
    '/account': 'Sign in to see this',
    '/nowhere': 'This page is not here',
    '/reset?link=link_none&token=none': 'This link has ended',
    '/redeem/0000-0000-0000-0000-0000-0000': 'No gift has this code',
  };
  for (const [path, heading] of Object.entries(pages)) await see(heading, () => page.goto(shop.url + path));
}

async function refusals({ page, see }: Visit): Promise<void> {
  await page.goto('/gift');
  await see('things to correct', () => page.getByRole('button', { name: 'Continue to payment' }).last().click());
  await writeGift(page);
  await page.getByLabel('Their email address').fill('bea@gmial.com');
  await see('Did you mean bea@gmail.com?', () => payButton(page).click());
  await page.goto('/redeem');
  await page.getByLabel('The code on your card').fill('0000');
  await see('Nothing was redeemed.', () => page.getByRole('button', { name: 'Look at the gift' }).click());
  await page.goto('/login');
  await see('That address and password don’t match', () => signIn(page, bea));
  await page.goto('/register');
  await see('to correct', () => page.getByRole('button', { name: 'Create an account' }).click());
}

async function paying({ page, shop, see }: Visit): Promise<void> {
  await writeGift(page);
  await payButton(page).click();
  await see('Nothing was charged, and everything you wrote is here.', () => choose(page, 'cancel'));
  await payButton(page).click();
  await see('Your payment is under way', () => choose(page, 'pay_later'));
  await see('the gift goes its way.', () => page.getByRole('link', { name: 'Follow your gift' }).click());
  await writeGift(page);
  await page.getByLabel('Signed').fill('Ada L.');
  await payButton(page).click();
  await see('Thank you, Ada L.', () => choose(page, 'pay'));
  shop.command(['promo', 'create', 'ON-US', '--percent', '100']);
  await writeGift(page);
  await page.getByLabel('Promo code').fill('on-us');
  await see('ON-US takes', () => page.getByRole('button', { name: 'Apply the code' }).click());
  await see('Nothing was to pay', () => page.getByRole('button', { name: 'Send the gift' }).click());
  await shop.killSandbox();
  await writeGift(page);
  await page.getByLabel('Signed').fill('Ada Lovelace');
  await see('The payment page can’t be reached just now.', () => payButton(page).click());
}

/** The buyer's page of the gift that was bought last. */
async function ownPage(shop: Shop, subject = /receipt/): Promise<string> {
  return link(await shop.mail(ada.email, subject), /\/gifts\//);
}

async function buyersPage({ page, shop, see }: Visit): Promise<void> {
  await writeGift(page);
  await page.getByLabel('On which day?').fill(new Date(Date.now() + 40 * 86_400_000).toISOString().slice(0, 10));
  await payButton(page).click();
  await choose(page, 'pay');
  const own = await ownPage(shop);
  await see('Paid, and goes out on', () => page.goto(own));
  await page.getByText('It should go out on another day').click();
  await page.getByLabel('On which day?').fill('2020-01-01');
  await see('Choose a day from', () => page.getByRole('button', { name: 'Change how it travels' }).click());
  await page.getByRole('radio', { name: 'I hand it over myself' }).check();
  await see('Paid, and yours to hand over.', () => page.getByRole('button', { name: 'Change how it travels' }).click());
  await see('Print the card', () => page.goto(own.replace('?', '/print?')));
  await page.goto(own);
  await page.getByText('It should be mailed after all').click();
  await page.getByRole('radio', { name: 'We email it' }).check();
  await page.getByRole('button', { name: 'Change how it travels' }).click();
  await see('Sent, and waiting to be redeemed.', async () => {
    await giftLink(shop);
    await page.goto(own);
  });
  await page.goto(await giftLink(shop));
  await registerFromGift(page);
  await see('Bea has seen the card', () => page.goto(own));
  await page.goto(await giftLink(shop));
  await redeem(page);
  await page.getByLabel(/A few words to/).fill('I read it in the rain.');
  await page.getByRole('button', { name: 'Send your thanks' }).click();
  await see('Bea thanks you', () => page.goto(own));
}

async function undone({ page, shop, see }: Visit): Promise<void> {
  await writeGift(page);
  await page.getByLabel('Their email address').fill('bea+bounce@example.com');
  await payButton(page).click();
  await choose(page, 'pay');
  await see('The card did not arrive', async () => page.goto(await ownPage(shop, /could not deliver/)));
  await page.getByLabel('Their email address').fill(bea.email);
  await page.getByRole('button', { name: 'Change it and send it again' }).click();
  const own = await ownPage(shop);
  const mailed = await giftLink(shop);
  await page.goto(mailed);
  await page.getByRole('link', { name: 'I would rather not have it' }).click();
  await page.getByLabel(/A word to/).fill('I have one already.');
  await see('The gift is declined', () => page.getByRole('button', { name: 'Decline the gift' }).click());
  await see('You declined this gift', () => page.goto(mailed));
  await see('it is yours again', () => page.goto(own));
  await page.getByText('I would like my money back').click();
  await page.getByRole('button', { name: 'Take my money back' }).click();
  await shop.mail(ada.email, /has gone back/, 60);
  await see('Paid back.', () => page.goto(own));
  await see('Make a gift', () => page.getByRole('link', { name: 'Make another like it' }).click());
}

async function redeeming({ page, shop, see }: Visit): Promise<void> {
  await buyGift(page);
  const url = new URL(await giftLink(shop));
  await see('waits', () => page.goto(url.origin + url.pathname));
  await see('Bea, this is for you', () => page.goto(url.href));
  await see('Decline this gift?', () => page.getByRole('link', { name: 'I would rather not have it' }).click());
  await page.goto(url.href);
  await see('Create an account', () => page.getByRole('main').getByRole('button', { name: 'Create an account' }).click());
  await page.getByLabel('Password').fill(bea.password);
  await see('If you redeem it today', () => page.getByRole('button', { name: 'Create an account' }).click());
  await see('It is yours', () => redeem(page));
  await page.getByLabel(/A few words to/).fill('I read it in the rain.');
  await see('I read it in the rain.', () => page.getByRole('button', { name: 'Send your thanks' }).click());
  await see('You are a Founder', () => page.goto('/account'));
}

async function forbidden({ page, shop, see }: Visit): Promise<void> {
  await buyGift(page);
  const url = await giftLink(shop);
  await page.goto('/register');
  await page.getByLabel('Email address').fill(bea.email);
  await page.getByLabel('Password').fill(bea.password);
  await page.getByRole('button', { name: 'Create an account' }).click();
  await see('Verify your address first', () => page.goto(url.replace(/\?.*/, '')));
  await page.context().clearCookies();
  shop.createAccount(bea.email, bea.password);
  shop.createAccount(carl.email, carl.password);
  await page.goto('/login');
  await signIn(page, carl);
  await see('this gift is for another address', () => page.goto(url));
  await see('This gift waits for another address', () => page.goto(url.replace(/\?.*/, '')));
  await page.context().clearCookies();
  await page.goto(url);
  await signInFromGift(page);
  await lets(page, shop, 'Dispute the payment');
  await shop.taken('charge.dispute.created');
  await see('We are checking this gift', () => page.goto(url));
  await see('We are checking this payment.', async () => page.goto(await ownPage(shop)));
  await lets(page, shop, 'Let the shop win the dispute');
  await shop.taken('charge.dispute.closed');
  await lets(page, shop, 'Refund');
  await shop.taken('charge.refunded');
  await see('This gift was taken back', () => page.goto(url));
}

async function reminders({ page, shop, see }: Visit): Promise<void> {
  await buyGift(page);
  await giftLink(shop);
  await shop.restartServer(32);
  const told = await shop.mail(ada.email, /hasn’t opened your gift/);
  await see('No more reminders about this gift?', () => page.goto(link(told, /\/reminders\/stop/)));
  await see('Nothing more of the kind comes to you.', () => page.getByRole('button', { name: 'Stop the reminders' }).click());
  await see('Reminder sent to you', () => page.goto(link(told, /\/gifts\//)));
}

async function account({ page, shop, see }: Visit): Promise<void> {
  const mailed = (subject: RegExp, path: RegExp) => async () => page.goto(link(await shop.mail(bea.email, subject), path));
  await page.goto('/register');
  await page.getByLabel('Email address').fill(bea.email);
  await page.getByLabel('Password').fill(bea.password);
  await see('We have mailed you a link.', () => page.getByRole('button', { name: 'Create an account' }).click());
  await see('Your address is not verified yet', () => page.goto('/account'));
  await see('One press, and your address is verified.', mailed(/Verify your address/, /\/verify/));
  await page.getByRole('button', { name: 'Verify my address' }).click();
  await see('No membership runs just now.', () => page.goto('/account'));
  await see('Change your password', () => page.goto('/account/password'));
  await see('Change your address', () => page.goto('/account/email'));
  await page.getByLabel('New email address').fill(carl.email);
  await page.getByLabel('Your password').fill(bea.password);
  await see('A link is on its way to the new address.', () => page.getByRole('button', { name: 'Mail a link' }).click());
  await see('Confirm your new address', async () => page.goto(link(await shop.mail(carl.email, /address/), /\/confirm/)));
  await page.context().clearCookies();
  await page.goto('/login');
  await page.getByLabel('Email address').fill(bea.email);
  await see('a link that signs you in', () => page.getByRole('button', { name: 'Mail me a link' }).click());
  await see('The link is good for this one time.', mailed(/Your link to sign in/, /\/login\/once/));
  await page.goto('/forgot');
  await page.getByLabel('Email address').fill(bea.email);
  await page.getByRole('button', { name: 'Mail me a link' }).click();
  await see('Choose a new password', mailed(/Choose a new password/, /\/reset/));
}

async function subscription({ page, shop, see }: Visit): Promise<void> {
  shop.createAccount(bea.email, bea.password);
  await page.goto('/login');
  await signIn(page, bea);
  await page.getByRole('button', { name: 'Continue to payment' }).click();
  await see('Your own subscription', () => choose(page, 'pay'));
  await see('Access tokens', () => page.goto('/account/tokens'));
  await see('to correct', () => page.getByRole('button', { name: 'Make the token' }).click());
  await page.getByLabel('What it is for').fill('Newsletter');
  await page.getByRole('checkbox').first().check();
  await see('Your new token', () => page.getByRole('button', { name: 'Make the token' }).click());
}
