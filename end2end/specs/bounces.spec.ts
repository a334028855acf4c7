import { ada, bea, buyGift, carl, choose, payButton, redeem, signInFromGift, writeGift } from '../people.ts';
import { link } from '../shop.ts';
import { expect, test } from '../test.ts';

const FAILED = /could not deliver/;

test('a mail that comes back is told to the buyer once, and the corrected address gets the gift', { tag: '@postgres' }, async ({ page, shop }) => {
  shop.createAccount(carl.email, carl.password);
  await writeGift(page);
  // The sandbox's mailbox returns what goes to such an address, as the mailboxes of test modes do.
  await page.getByLabel('Their email address').fill('bea+bounce@example.com');
  await payButton(page).click();
  await choose(page, 'pay');

  const told = await shop.mail(ada.email, FAILED);
  expect(told.text).toMatch(/\/redeem\/[0-9A-Z]{24}\b/);
  expect(told.text).not.toContain('proof=');
  await page.goto(link(told, /\/gifts\//));
  await expect(page.getByRole('main')).toContainText('Came back from bea+bounce@example.com');
  await page.getByRole('textbox', { name: 'Their name' }).fill(carl.name);
  await page.getByLabel('Their email address').fill(carl.email);
  await page.getByRole('button', { name: 'Change it and send it again' }).click();

  await page.goto(link(await shop.mail(carl.email, /has given you something/), /\/redeem\//));
  await signInFromGift(page, carl);
  await redeem(page);
  const mails = await shop.inbox(ada.email);
  expect(mails.filter((mail) => FAILED.test(mail.subject))).toHaveLength(1);
});

test('what became of a mail is reported from the inbox, and only what is rightly signed is believed', async ({ page, shop }) => {
  await buyGift(page);
  const mail = await shop.mail(bea.email, /has given you something/);
  const own = link(await shop.mail(ada.email, /receipt/), /\/gifts\//);
  const reports = async (button: string) => {
    await page.goto(`${shop.sandboxUrl}/inbox/${mail.id}`);
    await page.getByRole('button', { name: button }).click();
    await expect(page.getByRole('heading', { name: 'What became of it' })).toBeVisible();
  };
  await reports('It was delivered');
  await shop.taken('mail.delivered');
  await page.goto(own);
  await expect(page.getByRole('main')).toContainText(`Delivered to ${bea.email}`);

  await shop.webhooks('missign');
  await reports('It came back');
  const forged = async () => (await shop.events()).find((event) => event.kind === 'mail.bounced');
  await expect.poll(async () => (await forged())?.deliveries[0]?.answers[0]).toBe('400');
  await page.goto(own);
  await expect(page.getByRole('main')).toContainText(`Delivered to ${bea.email}`);

  await shop.webhooks('duplicate');
  await reports('It came back');
  await shop.mail(ada.email, FAILED);
  await page.goto(own);
  await expect(page.getByRole('main')).toContainText(`Came back from ${bea.email}`);
  expect((await shop.inbox(ada.email)).filter((told) => FAILED.test(told.subject))).toHaveLength(1);
});
