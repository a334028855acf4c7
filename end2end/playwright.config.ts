import { defineConfig } from '@playwright/test';
import type { Options } from './test.ts';

const chromium = {
  // Debian's own: Playwright is never asked to download a browser.
  launchOptions: { executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium' },
  actionTimeout: 15_000,
  viewport: { width: 1280, height: 900 },
  locale: 'en-GB',
  timezoneId: 'Europe/Berlin',
};

// What is tagged @scripts needs them, or no browser at all, and runs once; every other spec must pass without scripts as well.
// What is tagged @postgres runs once more on PostgreSQL.
export default defineConfig<Options>({
  testDir: 'specs',
  workers: 2,
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
