// Every page in every state that a person can reach: what axe, Lighthouse, search engines and a reader's eye would object to.
// axe and Lighthouse are scripts themselves: this runs only where scripts do. The pages are the same without them.
import type { Page } from '@playwright/test';
import { expectAccessible } from '../accessible.ts';
import { type Verdict, phone, test, unhurried } from '../lighthouse/judge.ts';
import { ada, bea, buyGift } from '../people.ts';
import { link } from '../shop.ts';
import { expect } from '../test.ts';
import { type See, walks } from '../walks.ts';

test.describe.configure({ mode: 'parallel', timeout: 180_000 });

/** The pages that a search should find; every other one is somebody's, or does something. */
const PUBLIC = ['/', '/gift', '/redeem', '/docs'];

test('a search finds the pages that are everybody’s, and no form that somebody filled in', { tag: '@scripts' }, async ({ page, shop }) => {
  const kept = page.locator('meta[name=robots][content=noindex]');
  for (const path of PUBLIC) {
    await page.goto(path);
    await expect(kept, path).toHaveCount(0);
    await expect(page.locator('meta[name=description]'), path).toHaveAttribute('content', /\w/);
  }
  await buyGift(page);
  await page.goto(link(await shop.mail(ada.email, /receipt/), /\/gifts\//));
  await page.getByRole('link', { name: 'Make another like it' }).click();
  await expect(page.getByRole('textbox', { name: 'Their name' })).toHaveValue(bea.name);
  await expect(kept).toHaveCount(1);
});

test.describe('on a phone, by day', () => {
  test.use(phone);

  for (const [name, walk] of Object.entries(walks)) {
    test(name, { tag: '@scripts' }, async ({ page, shop, judge }) => {
      const see: See = async (words, arrive) => {
        const verdict = await judge(arrive, unhurried);
        await expect(page.getByRole('main')).toContainText(words);
        await expectFaultless(page, verdict);
        await expectStill(page);
        await expectAccessible(page, 'light');
      };
      await walk({ page, shop, see });
    });
  }
});

test.describe('at a desk, by night', () => {
  for (const [name, walk] of Object.entries(walks)) {
    test(name, { tag: '@scripts' }, async ({ page, shop }) => {
      const see: See = async (words, arrive) => {
        await arrive();
        await expect(page.getByRole('main')).toContainText(words);
        await page.waitForLoadState('networkidle');
        await expectStill(page);
        await expectAccessible(page, 'dark');
      };
      await walk({ page, shop, see });
    });
  }
});

/** Fails with what Lighthouse found, but for what follows from the status and from being kept out of searches. */
async function expectFaultless(page: Page, verdict: Verdict): Promise<void> {
  const { pathname } = new URL(page.url());
  const status = await page.evaluate(() => performance.getEntriesByType('navigation')[0]?.toJSON().responseStatus as number);
  const isRefused = status >= 400;
  const { 'errors-in-console': complaint, 'http-status-code': refusal, 'is-crawlable': hidden, ...found } = verdict.found;
  expect.soft(found, pathname).toEqual({});
  if (!isRefused) expect.soft([complaint, refusal], pathname).toEqual([undefined, undefined]);
  if (!isRefused && !PUBLIC.includes(pathname)) expect.soft(hidden, `${pathname} is kept out of searches`).toBeDefined();
}

/** Fails with what has moved since the page was first painted. */
async function expectStill(page: Page): Promise<void> {
  const moved = await page.evaluate(() => {
    const observer = new PerformanceObserver(() => {});
    observer.observe({ type: 'layout-shift', buffered: true });
    const shifts = observer.takeRecords() as (PerformanceEntry & { value: number; hadRecentInput: boolean; sources: { node?: Element }[] })[];
    return shifts.filter((shift) => !shift.hadRecentInput).map(({ value, sources }) => ({ value, by: sources.map(({ node }) => node?.outerHTML?.slice(0, 200)) }));
  });
  expect.soft(moved, `what moves on ${new URL(page.url()).pathname}`).toEqual([]);
}
