// Every page in every state that a person can reach: what axe, Lighthouse, search engines and a reader's eye would object to.
// axe and Lighthouse are scripts themselves: this runs only where scripts do. The pages are the same without them.
import type { Page } from '@playwright/test';
import { expectAccessible } from '../accessible.ts';
import { type Verdict, phone, test, unhurried } from '../lighthouse/judge.ts';
import { expect } from '../test.ts';
import { walks } from '../walks.ts';

test.describe.configure({ mode: 'parallel', timeout: 180_000 });

test.describe('on a phone, by day', () => {
  test.use(phone);

  for (const [name, walk] of Object.entries(walks)) {
    test(name, { tag: '@scripts' }, async ({ page, shop, judge }) => {
      const see = async (words: string | RegExp, arrive: () => Promise<unknown>) => {
        const verdict = await judge(arrive, unhurried);
        await expect(page.locator('body')).toContainText(words);
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
      const see = async (words: string | RegExp, arrive: () => Promise<unknown>) => {
        await arrive();
        await expect(page.locator('body')).toContainText(words);
        await page.waitForLoadState('networkidle');
        await expectStill(page);
        await expectAccessible(page, 'dark');
      };
      await walk({ page, shop, see });
    });
  }
});

/** The pages that a search should find, as they are for whoever comes by; every other one is somebody's, or does something. */
const PUBLIC = ['/', '/gift', '/redeem', '/docs'];

/** Fails with what Lighthouse found, but for what follows from the status and from being kept out of searches. */
async function expectFaultless(page: Page, verdict: Verdict): Promise<void> {
  const { pathname, searchParams } = new URL(page.url());
  const status = await page.evaluate(() => performance.getEntriesByType('navigation')[0]?.toJSON().responseStatus as number);
  const isRefused = status >= 400;
  const isHidden = (await page.locator('meta[name=robots][content=noindex]').count()) === 1;
  const isTheirs = !PUBLIC.includes(pathname) || searchParams.has('key') || (await page.context().cookies()).length > 0;
  if (!isRefused) expect.soft(isHidden, `${pathname} is kept out of searches`).toBe(isTheirs);
  const { 'errors-in-console': complaint, 'http-status-code': refusal, 'is-crawlable': hidden, ...found } = verdict.found;
  expect.soft(found, pathname).toEqual({});
  if (!isRefused) expect.soft([complaint, refusal], pathname).toEqual([undefined, undefined]);
  if (!isHidden) expect.soft(hidden, pathname).toBeUndefined();
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
