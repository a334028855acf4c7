import { ada, bea, buyGift } from '../people.ts';
import { Postbox } from '../postbox.ts';
import { test as base, expect } from '../test.ts';

const test = base.extend<{ postbox: Postbox }>({
  postbox: async ({}, use) => {
    const postbox = new Postbox();
    await use(postbox);
    await postbox.close();
  },
  settings: async ({ postbox }, use) => use({ RIBBON_SMTP_URL: await postbox.open() }),
});

test('mail leaves by SMTP, as text and as HTML, and not into the sandbox', { tag: '@scripts' }, async ({ page, shop, postbox }) => {
  await buyGift(page);
  await postbox.mailTo(ada.email);
  const raw = await postbox.mailTo(bea.email);
  for (const header of [/^Message-ID: <[^>]+>/im, /^Content-Type: multipart\/alternative/im, /^Content-Type: text\/plain/im, /^Content-Type: text\/html/im]) {
    expect(raw).toMatch(header);
  }
  expect(await shop.inbox(bea.email)).toEqual([]);
});

test('a mail server that refuses for now is asked again', { tag: '@scripts' }, async ({ page, postbox }) => {
  postbox.mood = 'refuse';
  await buyGift(page);
  await expect.poll(() => postbox.offered).toBeGreaterThan(0);
  postbox.mood = 'accept';
  await postbox.mailTo(bea.email);
  expect(postbox.received.filter((mail) => mail.to.includes(bea.email))).toHaveLength(1);
});

test('killed after the webhook and while the mail is being sent: the gift arrives', { tag: ['@scripts', '@postgres'] }, async ({ page, shop, postbox }) => {
  test.slow();
  postbox.mood = 'silence';
  await buyGift(page);
  await expect.poll(() => postbox.offered).toBeGreaterThan(0);
  await shop.killServer();
  expect(postbox.received).toEqual([]);

  postbox.mood = 'accept';
  await shop.startServer();
  // The work of the one who was killed is taken over when its lease of half a minute has ended.
  await postbox.mailTo(bea.email, 45);
  await postbox.mailTo(ada.email);
});
