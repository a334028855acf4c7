import { get } from 'node:http';
import { brotliDecompressSync } from 'node:zlib';
import { expect, test } from '../test.ts';

// What goes over the wire is counted, before anything is unpacked.
const brotli = { 'accept-encoding': 'br' };

interface Answer {
  status: number;
  headers: NodeJS.Dict<string | string[]>;
  body: Buffer;
}

function fetchRaw(url: string, headers: Record<string, string>): Promise<Answer> {
  return new Promise((done, fail) => {
    get(url, { headers }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('end', () => done({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(parts) }));
    }).on('error', fail);
  });
}

/** The addresses that a page loads by tags of one kind. */
function loads(html: string, pattern: RegExp): string[] {
  return [...html.matchAll(pattern)].map((match) => match[1] ?? '');
}

test('the first view of /gift, HTML and CSS, is at most 14,600 bytes on the wire', { tag: '@scripts' }, async ({ shop }) => {
  const page = await fetchRaw(`${shop.url}/gift`, brotli);
  expect(page.headers['content-encoding']).toBe('br');
  const html = brotliDecompressSync(page.body).toString('utf8');
  const sheets = loads(html, /<link[^>]*rel="stylesheet"[^>]*href="([^"]+)"/g);
  expect(sheets.length).toBeGreaterThan(0);
  let bytes = page.body.length;
  for (const sheet of sheets) bytes += (await fetchRaw(shop.url + sheet, brotli)).body.length;
  console.log(`first view of /gift: ${bytes} bytes`);
  expect(bytes).toBeLessThanOrEqual(14_600);
});

test('the scripts of /gift, wasm included, are at most 80 KB on the wire', { tag: '@scripts' }, async ({ page }) => {
  const loaded = new Set<string>();
  page.on('request', (request) => {
    if (/\.(js|wasm)$/.test(new URL(request.url()).pathname)) loaded.add(request.url());
  });
  await page.goto('/gift');
  await page.waitForLoadState('networkidle');
  expect([...loaded].some((url) => url.endsWith('.wasm')), 'the islands woke up').toBe(true);
  let bytes = 0;
  for (const url of loaded) {
    const file = await fetchRaw(url, brotli);
    expect(file.status).toBe(200);
    expect(file.headers['content-encoding']).toBe('br');
    bytes += file.body.length;
  }
  console.log(`scripts of /gift: ${bytes} bytes`);
  expect(bytes).toBeLessThanOrEqual(80 * 1024);
});

test('a page for everybody is validated by its ETag, files are kept for ever, a private page by nobody', { tag: '@scripts' }, async ({ shop }) => {
  const page = await fetchRaw(`${shop.url}/gift`, brotli);
  expect(page.headers['cache-control']).toBe('private, no-cache');
  const etag = page.headers.etag as string;
  expect(etag).toBeTruthy();
  const again = await fetchRaw(`${shop.url}/gift`, { ...brotli, 'if-none-match': etag });
  expect(again.status).toBe(304);
  expect(again.body).toHaveLength(0);

  const html = brotliDecompressSync(page.body).toString('utf8');
  const [sheet = ''] = loads(html, /href="(\/pkg\/[^"]+\.css)"/g);
  const file = await fetchRaw(shop.url + sheet, brotli);
  expect(file.headers['cache-control']).toContain('immutable');

  const login = await fetchRaw(`${shop.url}/login`, brotli);
  expect(login.headers['cache-control']).toContain('no-store');
  expect(login.headers['set-cookie']).toBeUndefined();
});
