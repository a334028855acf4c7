// Lighthouse over a page that Playwright drives: both hold the same tab, so a page that answers a form, or that stands behind a
// session, is judged as any other. Nothing is emulated here: a tab that Playwright made to be a phone is judged as a phone.
import { createServer } from 'node:net';
import type { Page } from '@playwright/test';
import { type Flags, navigation } from 'lighthouse';
import { type Page as Tab, connect } from 'puppeteer-core';
import { test as base } from '../test.ts';

/** What Lighthouse has to say of a page. */
export interface Verdict {
  /** Points of a hundred, by category. */
  scores: Record<string, number>;
  /** What it found, by the audit that lowers a score for it. */
  found: Record<string, unknown>;
}

/** Comes to a page by `arrive`, and judges it. */
export type Judge = (arrive: () => Promise<unknown>, flags: Flags) => Promise<Verdict>;

const usual: Flags = {
  logLevel: 'error',
  screenEmulation: { disabled: true },
  emulatedUserAgent: false,
  // The session is a part of the state that is looked at.
  disableStorageReset: true,
  disableFullPageScreenshot: true,
  // A refusal is a page too.
  ignoreStatusCode: true,
};

/** Everything but how fast it is. axe is run beside it with all of its rules, of which Lighthouse knows but some. */
export const unhurried: Flags = {
  onlyCategories: ['best-practices', 'seo'],
  pauseAfterFcpMs: 0,
  pauseAfterLoadMs: 0,
  networkQuietThresholdMs: 100,
  cpuQuietThresholdMs: 0,
};

/** A phone as Lighthouse has one. */
export const phone = { viewport: { width: 412, height: 823 }, deviceScaleFactor: 1.75, isMobile: true, hasTouch: true };

/** A test with Lighthouse at hand, in a browser that listens to others than Playwright too. */
export const test = base.extend<{ judge: Judge }, { debuggingPort: number }>({
  debuggingPort: [async ({}, use) => use(await freePort()), { scope: 'worker' }],

  launchOptions: [
    async ({ launchOptions, debuggingPort }, use) => use({ ...launchOptions, args: [`--remote-debugging-port=${debuggingPort}`] }),
    { scope: 'worker' },
  ],

  judge: async ({ page, debuggingPort }, use) => {
    const browser = await connect({ browserURL: `http://127.0.0.1:${debuggingPort}`, defaultViewport: null });
    const [tab, ...others] = await browser.pages();
    if (!tab || others.length > 0) throw new Error('exactly one tab must be open for Lighthouse');
    await use((arrive, flags) => judge(page, tab, arrive, { ...usual, ...flags }));
    await browser.disconnect();
  },
});

async function judge(page: Page, tab: Tab, arrive: () => Promise<unknown>, flags: Flags): Promise<Verdict> {
  if (!flags.onlyCategories?.includes('performance')) await spareTheBenchmark(page);
  const result = await navigation(tab, async () => void (await arrive()), { flags });
  if (!result) throw new Error('Lighthouse says nothing');
  const { categories, audits, runtimeError } = result.lhr;
  if (runtimeError) throw new Error(runtimeError.message);
  const judged = Object.values(categories);
  const counted = judged.filter(({ score }) => score !== 1).flatMap(({ auditRefs }) => auditRefs.filter(({ weight }) => weight > 0));
  const low = counted.flatMap(({ id }) => audits[id] ?? []).filter(({ score }) => score !== null && score < 1);
  return {
    scores: Object.fromEntries(judged.map(({ id, score }) => [id, Math.round((score ?? 0) * 100)])),
    found: Object.fromEntries(low.map(({ id, details, displayValue, title }) => [id, details ?? displayValue ?? title])),
  };
}

/**
 * Lighthouse begins by measuring the machine for a whole second, on the page that is about to be left, and only what it says
 * of speed needs that. A clock that leaps ends it at once; the page that is judged has its own.
 */
async function spareTheBenchmark(page: Page): Promise<void> {
  await page.evaluate(() => {
    const { now } = Date;
    let leaps = 0;
    Date.now = () => now() + 1000 * leaps++;
  });
}

function freePort(): Promise<number> {
  return new Promise((found) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => found(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
