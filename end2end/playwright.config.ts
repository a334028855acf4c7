import { defineConfig } from '@playwright/test';
import type { Options } from './test.ts';

export const chromium = {
  // Debian's own: Playwright is never asked to download a browser.
  launchOptions: { executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium' },
  actionTimeout: 15_000,
  viewport: { width: 1280, height: 900 },
  locale: 'en-GB',
  timezoneId: 'Europe/Berlin',
};

// What is tagged @scripts needs them, or is about what happens behind the pages, and runs once; every other spec must pass
// without scripts as well.
// What is tagged @postgres runs once more on PostgreSQL.
export default defineConfig<Options>({
  testDir: 'specs',
  // Some specs wait for half a minute without doing anything.
  workers: 3,
  retries: 0,
  forbidOnly: true,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: [['list']],
  projects: [
    { name: 'scripts', use: { ...chromium } },
    { name: 'postgres', use: { ...chromium, engine: 'postgres' }, grep: /@postgres/ },
    { name: 'no-scripts', use: { ...chromium, javaScriptEnabled: false }, grepInvert: /@scripts/ },
  ],
});
