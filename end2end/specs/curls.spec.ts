// The examples that integrators copy, run by curl as they stand: each must be answered with 200, and with what stands beside it. Only
// what cannot be the same for two shops is put in: the origin, and in /docs a reference and a code of a gift that there is.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ada, bea } from '../people.ts';
import type { Shop } from '../shop.ts';
import { expect, test } from '../test.ts';

const password = 'umbrella-lent-in-rain';
const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');

test('the README’s @scripts @postgres', async ({ shop }) => {
  shop.createAccount(ada.email, password);
  const examples = fences(readme).filter(({ text }) => text.includes('curl '));
  expect(examples.length, 'every curl of the README stands in a block of its own').toBe(readme.match(/^curl /gm)?.length);
  const token = fences(readme).find(({ text }) => text.startsWith('export RIBBON_TOKEN='))?.text;
  for (const { text, answer } of examples) {
    const said = curl(shop, `${token}\n${text.replaceAll('http://localhost:3000', shop.url)}`);
    expect(answer, `the answer that stands behind\n${text}`).toBeDefined();
    expect(likened(JSON.parse(said))).toEqual(likened(JSON.parse(answer!)));
  }
});

test('those of /docs @scripts @postgres', async ({ page, shop }) => {
  for (const { email } of [ada, bea]) shop.createAccount(email, password);
  const tokens = { [ada.email]: token(shop, ada.email), [bea.email]: token(shop, bea.email) };
  await page.goto('/docs');
  const samples = page.locator('section', { has: page.locator('figure') });
  const own: [string, string][] = [];
  for (const section of await samples.all()) {
    const id = await section.locator('h2').getAttribute('id');
    // No example can hold a signature that was made just now.
    if (id === 'reportMail') continue;
    const [asked, answered] = await section.locator('pre').allInnerTexts();
    const who = id === 'redeemGift' || id === 'showMembership' ? bea.email : ada.email;
    const example = own.reduce((text, [theirs, ours]) => text.replaceAll(theirs, ours), asked!);
    const said = JSON.parse(curl(shop, `export RIBBON_TOKEN=${tokens[who]}\n${example}`));
    const sample = JSON.parse(answered!);
    // There is one gift, so this page of the list is the last.
    if (id === 'listGifts') sample.next = null;
    expect(isLike(sample, said), `${id}\n${answered}\n${JSON.stringify(said, null, 2)}`).toBe(true);
    if (id === 'createGiftCheckoutSession') {
      own.push([sample.reference, said.reference], [sample.code, said.code]);
      await page.request.post(said.url, { form: { outcome: 'pay' }, maxRedirects: 0 });
      await shop.mail(bea.email, /has given you something|gift/);
    }
  }
  expect(own.length, 'a gift was bought by its example').toBe(2);
});

/** The text within each fence, and the JSON within the next one, if that stands there before another script does. */
function fences(markdown: string): { text: string; answer?: string }[] {
  const all = [...markdown.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].map(([, kind, text]) => ({ kind, text: text! }));
  return all.map(({ text }, index) => ({ text, answer: all[index + 1]?.kind === 'json' ? all[index + 1]?.text : undefined }));
}

function token(shop: Shop, email: string): string {
  const scopes = ['gifts:purchase', 'gifts:redeem', 'gifts:read', 'billing:checkout', 'memberships:read'];
  return shop.command(['token', 'create', '--email', email, ...scopes.flatMap((scope) => ['--scope', scope])]).trim();
}

/** Runs a script in which curl is told by its own settings to say the status too; gives the body of what was answered with 200. */
function curl(shop: Shop, script: string): string {
  const home = mkdtempSync(join(tmpdir(), 'ribbon-curl-'));
  try {
    writeFileSync(join(home, '.curlrc'), 'silent\nshow-error\nwrite-out = "\\n%{http_code}"\n');
    const said = shop.shell(script, { CURL_HOME: home });
    const [body, status] = [said.slice(0, said.lastIndexOf('\n')), said.slice(said.lastIndexOf('\n') + 1)];
    expect(status, `${script}\n${body}`).toBe('200');
    return body;
  } finally {
    rmSync(home, { recursive: true });
  }
}

/** The same with a word in place of every id, code, moment and address, which differ from shop to shop. */
function likened(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(likened);
  if (value && typeof value === 'object') return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, likened(inner)]));
  if (typeof value !== 'string') return value;
  if (/^[a-z]+_[0-9a-z]{16}$/.test(value)) return `an id of ${value.split('_')[0]}`;
  if (/^([0-9A-Z]{4} ){5}[0-9A-Z]{4}$/.test(value)) return 'a code';
  if (/^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value)) return 'a moment';
  return /^https?:\/\//.test(value) ? 'an address' : value;
}

/** Whether an answer has the members of a sample and no others, with its values; of a list, those that the sample shows. */
function isLike(sample: unknown, answer: unknown): boolean {
  if (Array.isArray(sample)) return Array.isArray(answer) && sample.every((one) => answer.some((other) => isLike(one, other)));
  if (!sample || typeof sample !== 'object') return likened(sample) === likened(answer);
  if (!answer || typeof answer !== 'object') return false;
  const [theirs, ours] = [Object.keys(sample).sort(), Object.keys(answer).sort()];
  const has = (name: string) => isLike((sample as Record<string, unknown>)[name], (answer as Record<string, unknown>)[name]);
  return theirs.join() === ours.join() && theirs.every(has);
}
