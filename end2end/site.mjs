// Makes target/site from the islands (target/islands), the style sheet (style/main.css) and the public files:
// as small as they get, compressed once for all, and with a hash of their content in the names of what a page loads.
// The hash changes with any of them, so a browser may keep these files for ever. The server reads the name in pkg/name.txt.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(here);
const islands = join(root, 'target/islands');
const site = join(root, 'target/site');
// Made beside and then put in place: a server that is running never meets half a site.
const next = join(root, 'target/site.next');
const pkg = join(next, 'pkg');

rmSync(next, { recursive: true, force: true });
mkdirSync(pkg, { recursive: true });
const files = { '.js': await script(), '.css': await styles(), '_bg.wasm': wasm() };
const name = `ribbon.${hash(Object.values(files))}`;
for (const [ending, bytes] of Object.entries(files)) {
  writeFileSync(join(pkg, name + ending), bytes);
}
if (existsSync(join(root, 'public'))) {
  cpSync(join(root, 'public'), next, { recursive: true });
}
// For cargo-leptos, which doesn't follow imports in a style sheet.
writeFileSync(join(root, 'target/ribbon.css'), files['.css']);
compress(next);
writeFileSync(join(pkg, 'name.txt'), `${name}\n`);
rmSync(site, { recursive: true, force: true });
renameSync(next, site);
report();

/** The glue between a page and the islands; a page names the wasm file when it starts it. */
async function script() {
  return bundle({ entryPoints: [join(islands, 'ribbon.js')], format: 'esm' });
}

/** The whole style sheet in one file: imports followed, layers kept. A URL on our own server stays as it is written. */
async function styles() {
  const ownUrls = {
    name: 'own-urls',
    setup: ({ onResolve }) => onResolve({ filter: /^\// }, ({ kind }) => (kind === 'url-token' ? { external: true } : undefined)),
  };
  return bundle({ entryPoints: [join(root, 'style/main.css')], bundle: true, plugins: [ownUrls] });
}

async function bundle(options) {
  const result = await build({ ...options, minify: true, legalComments: 'none', charset: 'utf8', write: false });
  return Buffer.from(result.outputFiles[0].contents);
}

/** With the features that Rust's own target turns on, and no more. */
function wasm() {
  const features = ['bulk-memory', 'multivalue', 'mutable-globals', 'nontrapping-float-to-int', 'reference-types', 'sign-ext'];
  const smaller = join(islands, 'ribbon.opt.wasm');
  execFileSync(join(here, 'node_modules/.bin/wasm-opt'), [
    '-Oz', '--mvp-features', ...features.map((feature) => `--enable-${feature}`),
    '--strip-debug', '--strip-producers', '--strip-target-features',
    join(islands, 'ribbon_bg.wasm'), '-o', smaller,
  ], { stdio: 'inherit' });
  return readFileSync(smaller);
}

function hash(parts) {
  const sum = createHash('sha256');
  parts.forEach((part) => sum.update(part));
  return sum.digest('hex').slice(0, 16);
}

/** A .br and a .gz beside each file that gains by it; most pictures don't. */
function compress(folder) {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath ?? entry.path, entry.name);
    const bytes = readFileSync(path);
    const brotli = brotliCompressSync(bytes, {
      params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
    });
    if (brotli.length >= bytes.length) continue;
    writeFileSync(`${path}.br`, brotli);
    writeFileSync(`${path}.gz`, gzipSync(bytes, { level: 9 }));
  }
}

function report() {
  const weights = Object.keys(files).map((ending) => {
    const path = join(site, 'pkg', name + ending);
    return `${ending.replace('_bg', '')} ${statSync(existsSync(`${path}.br`) ? `${path}.br` : path).size}`;
  });
  console.log(`target/site: ${name}, bytes on the wire: ${weights.join(', ')}`);
}
