import { ada, bea, buyGift, redeem, registerFromGift } from '../people.ts';
import { link } from '../shop.ts';
import { expect, test } from '../test.ts';

const WAITS = /still waiting for you/;

test('a gift that waits for a week reminds its recipient, who redeems it by that mail', { tag: '@postgres' }, async ({ page, shop }) => {
  await buyGift(page);
  await shop.mail(bea.email, /has given you something/);
  await shop.restartServer(8);
  const reminder = await shop.mail(bea.email, WAITS);
  await page.goto(link(reminder, /\/redeem\//));
  await registerFromGift(page);
  await redeem(page);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('It is yours');
  expect((await shop.inbox(bea.email)).filter((mail) => WAITS.test(mail.subject))).toHaveLength(1);
});

test('reminders are stopped by a press in the mail program, and by one on the page', async ({ page, shop }) => {
  await buyGift(page);
  const card = await shop.mail(bea.email, /has given you something/);
  await page.goto(`${shop.sandboxUrl}/inbox/${card.id}`);
  await page.getByRole('button', { name: 'Unsubscribe' }).click();
  await expect(page.getByRole('main')).toContainText('The sender has taken it. It answered 200.');

  await shop.restartServer(32);
  const told = await shop.mail(ada.email, /Bea hasn’t opened your gift yet/);
  expect((await shop.inbox(bea.email)).some((mail) => WAITS.test(mail.subject))).toBe(false);
  await page.goto(link(told, /\/reminders\/stop/));
  await page.getByRole('button', { name: 'Stop the reminders' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('No more reminders about this gift');
  await page.goto(link(told, /\/gifts\//));
  await expect(page.getByRole('main')).toContainText('Reminder sent to you');
});
