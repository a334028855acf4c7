import { defineConfig } from '@playwright/test';

const chromium = {
  // Debian's own: Playwright is never asked to download a browser.
  launchOptions: { executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium' },
  viewport: { width: 1280, height: 900 },
  locale: 'en-GB',
  timezoneId: 'Europe/Berlin',
};

// A spec whose title says @scripts is about what scripts do, or uses one to look; all others must pass without scripts as well.
export default defineConfig({
  testDir: 'specs',
  workers: 2,
  retries: 0,
  forbidOnly: true,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: [['list']],
  projects: [
    { name: 'scripts', use: { ...chromium } },
    { name: 'no-scripts', use: { ...chromium, javaScriptEnabled: false }, grepInvert: /@scripts/ },
  ],
});
