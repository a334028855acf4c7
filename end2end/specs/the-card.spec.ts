// What the card looks like to whoever chooses, opens and prints it.
import { type Page } from '@playwright/test';
import jsqr from 'jsqr';
import { ada, bea, buyGift, choose, gift, giftLink, payButton, writeGift } from '../people.ts';
import { type Shop, link } from '../shop.ts';
import { expect, test } from '../test.ts';

// The package's types promise a module where it gives the function itself.
const readCode = jsqr as unknown as typeof jsqr.default;

/** The page that prints the card of the gift that was bought last, out of the buyer's own mail. */
async function printPage(shop: Shop): Promise<string> {
  return link(await shop.mail(ada.email, /receipt/), /\/gifts\//).replace('?', '/print?');
}

/** What a phone reads that sees this picture. */
async function readQr(page: Page, picture: Buffer): Promise<string | undefined> {
  await page.goto('about:blank');
  const { data, width, height } = await page.evaluate(async (source) => {
    const image = new Image();
    image.src = source;
    await image.decode();
    const canvas = Object.assign(document.createElement('canvas'), { width: image.width, height: image.height });
    const context = canvas.getContext('2d');
    context?.drawImage(image, 0, 0);
    const seen = context?.getImageData(0, 0, image.width, image.height);
    return { data: [...(seen?.data ?? [])], width: image.width, height: image.height };
  }, `data:image/png;base64,${picture.toString('base64')}`);
  return readCode(Uint8ClampedArray.from(data), width, height)?.data;
}

/** The pages of a PDF in millimetres. */
function sheets(pdf: Buffer): string[] {
  const boxes = [...pdf.toString('latin1').matchAll(/\/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]/g)];
  return boxes.map((box) => [box[1], box[2]].map((points) => Math.round((Number(points) / 72) * 25.4)).join(' by '));
}

test('the card beside the form is dressed for the occasion that is chosen', async ({ page }) => {
  await page.goto('/gift');
  const card = page.getByRole('img', { name: /How the card will look/ });
  for (const [occasion, greeting] of [
    ['Birthday', 'Happy birthday,'],
    ['Thank you', 'Thank you,'],
    ['Holidays', 'Happy holidays,'],
    ['Just because', 'for'],
  ] as const) {
    await page.getByRole('radio', { name: occasion }).check();
    await expect(card.locator('.greeting > :visible')).toHaveText(greeting);
    await expect(card.locator('.motif:visible')).toHaveCount(1);
  }
});

test('the letter below it says what is being written', { tag: '@scripts' }, async ({ page }) => {
  await page.goto('/gift');
  await page.waitForLoadState('networkidle');
  const letter = page.locator('.card + .letter');
  await expect(letter).toBeHidden();
  await page.getByLabel('Your message').fill(`${gift.message}\n\n<b>Yours</b>`);
  await page.getByLabel('Signed').fill(ada.name);
  await expect(letter.locator('[data-mirrors=message]')).toHaveText(`${gift.message}\n\n<b>Yours</b>`, { useInnerText: true });
  await expect(letter.locator('.signed')).toHaveText(ada.name);
  await page.getByLabel('Your message').fill(' ');
  await expect(letter).toBeHidden();
});

test('the occasion is on the card that is mailed, opened and printed', async ({ page, shop }) => {
  await writeGift(page);
  await page.getByRole('radio', { name: 'Birthday' }).check();
  await payButton(page).click();
  await choose(page, 'pay');
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Thank you');
  const mail = await shop.mail(bea.email, /has given you something/);
  expect(mail.text).toContain('Happy birthday, Bea');
  await page.goto(await giftLink(shop));
  await expect(page.locator('summary .greeting')).toHaveText('Happy birthday,');
  await page.goto(await printPage(shop));
  await expect(page.getByRole('region', { name: 'Front' })).toContainText('Happy birthday, Bea');
});

test('the card opens once, and not again when the phone is turned', { tag: '@scripts' }, async ({ page, shop }) => {
  await buyGift(page);
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto(await giftLink(shop));
  await page.evaluate(() => {
    const begun = (window as unknown as { begun: number });
    begun.begun = 0;
    addEventListener('animationstart', () => (begun.begun += 1));
  });
  const begun = () => page.evaluate(() => (window as unknown as { begun: number }).begun);
  await page.getByText('Open the card').click();
  for (let look = 0; look < 10; look += 1) {
    const { scrollWidth } = await page.evaluate(() => ({ scrollWidth: document.documentElement.scrollWidth }));
    expect(scrollWidth, 'nothing scrolls sideways meanwhile').toBeLessThanOrEqual(390);
    await page.waitForTimeout(200);
  }
  await expect(page.getByText(gift.message)).toBeVisible();
  await expect(page.locator('.wrapping')).toBeHidden();
  const before = await begun();
  expect(before).toBeGreaterThan(0);
  for (const [width, height] of [[844, 390], [390, 844], [1280, 900], [390, 844]] as const) {
    await page.setViewportSize({ width, height });
    await page.waitForTimeout(300);
    await expect(page.locator('.wrapping')).toBeHidden();
  }
  await page.emulateMedia({ media: 'print' });
  await page.emulateMedia({ media: 'screen' });
  await page.waitForTimeout(300);
  expect(await begun()).toBe(before);
});

test('without motion it is simply open', async ({ page, shop }) => {
  await buyGift(page);
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await page.goto(await giftLink(shop));
  await page.getByText('Open the card').click();
  await expect(page.getByText(gift.message)).toBeVisible();
  await expect(page.locator('.wrapping')).toBeHidden({ timeout: 250 });
});

test('it prints on one sheet of either paper, and a phone reads its code', { tag: '@scripts' }, async ({ page, shop }) => {
  await buyGift(page);
  const own = await printPage(shop);
  await page.goto(own);
  expect(sheets(await page.pdf({ preferCSSPageSize: true, printBackground: true }))).toEqual(['210 by 297']);
  await page.getByRole('link', { name: 'US Letter' }).click();
  await expect(page.locator('.us-letter')).toBeVisible();
  expect(sheets(await page.pdf({ preferCSSPageSize: true, printBackground: true }))).toEqual(['216 by 279']);

  const code = (await page.getByRole('region', { name: 'How to redeem it' }).locator('.code').textContent()) ?? '';
  expect(code).toMatch(/^[0-9A-Z]{4}( [0-9A-Z]{4}){5}$/);
  const picture = await page.getByRole('img', { name: /for a phone’s camera/ }).screenshot();
  expect(await readQr(page, picture)).toBe(`${shop.url}/redeem/${code.replaceAll(' ', '')}`);
});

