import { defineConfig } from '@playwright/test';
import usual from '../playwright.config.ts';

// One page at a time: two of them would slow each other down. Only what the pages' own lines say is printed.
export default defineConfig({
  ...usual,
  testDir: '.',
  projects: usual.projects?.filter(({ name }) => name === 'scripts'),
  workers: 1,
  timeout: 600_000,
  reporter: [['line']],
});
