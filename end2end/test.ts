// What every spec begins with: a shop of its own, and a page that must not complain.
import { test as base, expect } from '@playwright/test';
import { type Engine, Shop } from './shop.ts';

export interface Options {
  engine: Engine;
  /** Settings of the shop on top of the usual ones. */
  settings: Record<string, string>;
}

export const test = base.extend<Options & { shop: Shop }>({
  engine: ['sqlite', { option: true }],
  settings: [{}, { option: true }],

  shop: async ({ engine, settings }, use, testInfo) => {
    const shop = await Shop.open({ engine, settings });
    await use(shop);
    if (testInfo.status !== testInfo.expectedStatus) {
      await testInfo.attach('ribbon.log', { body: shop.log, contentType: 'text/plain' });
    }
    await shop.close();
  },

  baseURL: async ({ shop }, use) => use(shop.url),

  // A script that fails, or anything that the content security policy stops, fails the spec that saw it.
  page: async ({ page }, use) => {
    const complaints: string[] = [];
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => {
      // Chromium also reports each refused form here; that is the server's answer and no fault.
      const isAnswer = message.text().startsWith('Failed to load resource');
      if (message.type() === 'error' && !isAnswer) complaints.push(message.text());
    });
    await use(page);
    expect(complaints, 'what the browser complained of').toEqual([]);
  },
});

export { expect };
