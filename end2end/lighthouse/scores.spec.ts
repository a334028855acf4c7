// What Lighthouse gives to every page in every state, on a phone and at a desk. Nothing fails here: how fast a page is depends on the
// machine too. What doesn't is held by specs/every-page.spec.ts.
import { availableParallelism, loadavg } from 'node:os';
import { type Flags, desktopConfig } from 'lighthouse';
import { type See, walks } from '../walks.ts';
import { type Verdict, phone, test } from './judge.ts';

const everything: Flags = {
  onlyCategories: ['performance', 'accessibility', 'best-practices', 'seo'],
  // It goes away and comes back, which the answer to a form does not survive; it has no points to give.
  skipAudits: ['bf-cache'],
};

test.beforeAll(() => {
  const [load = 0] = loadavg();
  console.log(`Points for performance, accessibility, best practices and SEO. ${availableParallelism()} cores, load ${load.toFixed(1)}.`);
});

test.describe('phone', () => {
  test.use(phone);
  giveScores('phone', everything);
});

test.describe('desk', () => {
  const { formFactor, throttling } = desktopConfig.settings ?? {};
  giveScores('desk', { ...everything, formFactor, throttling });
});

function giveScores(screen: string, flags: Flags): void {
  for (const [name, walk] of Object.entries(walks)) {
    test(name, async ({ page, shop, judge }) => {
      const see: See = async (words, arrive) => {
        const verdict = await judge(arrive, flags);
        console.log(`${inPoints(verdict)}  ${screen}  ${new URL(page.url()).pathname}  “${words}”${because(verdict)}`);
      };
      await walk({ page, shop, see });
    });
  }
}

/** A page that is kept out of searches has no points for being found. */
function inPoints({ scores, found }: Verdict): string {
  const points = { ...scores, seo: 'is-crawlable' in found ? 'noindex' : scores.seo };
  return Object.values(points).map((score) => String(score).padStart(3)).join(' ');
}

function because({ found }: Verdict): string {
  const audits = Object.keys(found).filter((audit) => audit !== 'is-crawlable');
  return audits.length > 0 ? `  (${audits.join(', ')})` : '';
}
