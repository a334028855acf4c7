// axe, with all of its rules.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type Page, expect } from '@playwright/test';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Fails with what axe has against the page and what it unfolds, by all rules or by those with a tag in `rules`. */
export async function expectAccessible(page: Page, colorScheme: 'light' | 'dark', rules: string[] = []): Promise<void> {
  await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
  await page.evaluate(axe);
  const found = await page.evaluate(async (tags) => {
    const folded = [...document.querySelectorAll('details:not([open])')];
    folded.forEach((details) => details.toggleAttribute('open', true));
    const { axe } = window as unknown as { axe: typeof import('axe-core') };
    const { violations } = await axe.run(tags.length > 0 ? { runOnly: tags } : {});
    folded.forEach((details) => details.toggleAttribute('open', false));
    return violations.map(({ id, help, nodes }) => ({ id, help, nodes: nodes.map((node) => node.html) }));
  }, rules);
  await page.emulateMedia({ colorScheme: null, reducedMotion: null });
  expect.soft(found, `${new URL(page.url()).pathname}, ${colorScheme}`).toEqual([]);
}
