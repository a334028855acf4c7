// The sandbox for a test of a provider's official library: the program alone, on free ports of this machine, with a folder of
// its own; and a receiver beside it for the webhooks that it sends. Knows no provider's protocol. Only the process that is
// begun here is ended here.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const checkout = resolve(fileURLToPath(import.meta.url), '../../..');
const PATIENCE_MS = 15_000;

/**
 * A sandbox at work. `stripe`, `creem` and `flowglad` are each `{ origin, key, webhookSecret }`, as the sandbox wrote them down
 * for other programs; `webhooks` receives what goes to the shop and to any other address below `webhooks.origin`.
 */
export async function openSandbox() {
  const webhooks = await openReceiver();
  const folder = mkdtempSync(join(tmpdir(), 'ribbon-sdks-'));
  const settings = { PATH: process.env.PATH ?? '', RIBBON_SANDBOX_PORT: '0', RIBBON_PUBLIC_URL: webhooks.origin, RIBBON_DATA: folder };
  const program = spawn(programPath(), ['sandbox'], { cwd: folder, env: settings, stdio: ['ignore', 'pipe', 'pipe'] });
  let log = '';
  for (const output of [program.stdout, program.stderr]) output.on('data', (chunk) => (log += chunk));
  const ended = new Promise((done) => program.once('exit', done));
  const stop = async () => {
    program.kill('SIGTERM');
    await ended;
    await webhooks.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const env = await until('the sandbox wrote its keys down', () => program.exitCode === null && readEnv(join(folder, 'sandbox.env')));
    const of = (name, key) => ({ origin: env[`${name}_API_BASE`], key: env[`${name}_${key}`], webhookSecret: env[`${name}_WEBHOOK_SECRET`] });
    const sandbox = {
      stripe: of('STRIPE', 'SECRET_KEY'),
      creem: of('CREEM', 'API_KEY'),
      flowglad: of('FLOWGLAD', 'SECRET_KEY'),
      webhooks,
      /** Does on a hosted page what a buyer would; answers where the page sends the buyer, if it does. */
      decide: (pageUrl, outcome = 'pay', fields = {}) => submit(pageUrl, { outcome, ...fields }),
      /** Does on the sandbox's own page of a session what an operator would: refund it, dispute it, decide the dispute. */
      act: (sessionId, fields) => submit(`${env.STRIPE_API_BASE}/sessions/${sessionId}`, fields),
      /** The same with a subscription: renew it, let a renewal fail, end it. */
      turn: (subscriptionId, act) => submit(`${env.STRIPE_API_BASE}/subscriptions/${subscriptionId}`, { act }),
      /** Switches the webhooks' faults; see the sandbox's `/control/webhooks`. */
      control: (order) => fetch(`${env.STRIPE_API_BASE}/control/webhooks`, json(order)).then((answer) => answer.json()),
      stop,
    };
    await until('the sandbox answers', () => fetch(`${env.STRIPE_API_BASE}/inbox.json`).then(({ ok }) => ok));
    return sandbox;
  } catch (error) {
    await stop();
    throw new Error(`the sandbox did not start: ${log}`, { cause: error });
  }
}

/** Takes every webhook, answers 200, and keeps it as `{ path, headers, body }`, the body as the bytes that came. */
async function openReceiver() {
  const received = [];
  const server = createServer((request, response) => {
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      received.push({ path: request.url, headers: request.headers, body: Buffer.concat(chunks) });
      response.end();
    });
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  return {
    origin: `http://127.0.0.1:${server.address().port}`,
    received,
    /** The first webhook to `path` that `isMeant` says is the one, as soon as it is there. */
    next: (path, isMeant = () => true) =>
      until(`a webhook came to ${path}`, () => received.find((hook) => hook.path === path && isMeant(JSON.parse(hook.body), hook))),
    stop: () => new Promise((done) => { server.closeAllConnections(); server.close(done); }),
  };
}

/** What `look` finds, asked again until it is something. */
export async function until(what, look) {
  const deadline = Date.now() + PATIENCE_MS;
  let failure;
  while (Date.now() < deadline) {
    try {
      const found = await look();
      if (found) return found;
    } catch (error) {
      failure = error;
    }
    await pause(20);
  }
  throw new Error(`waited in vain until ${what}`, { cause: failure });
}

/** `RIBBON`, or whichever was built last. */
function programPath() {
  if (process.env.RIBBON) return resolve(process.env.RIBBON);
  const built = ['release', 'debug'].map((profile) => join(checkout, 'target', profile, 'ribbon')).filter((path) => existsSync(path));
  const [newest] = built.sort((one, other) => statSync(other).mtimeMs - statSync(one).mtimeMs);
  if (!newest) throw new Error('no program is built: run make build, or name it in RIBBON');
  return newest;
}

/** The NAME=value lines; `undefined` while the file isn't there. */
function readEnv(file) {
  if (!existsSync(file)) return undefined;
  const lines = readFileSync(file, 'utf8').split('\n').filter((line) => line.includes('=') && !line.startsWith('#'));
  return Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));
}

async function submit(url, fields) {
  const answer = await fetch(url, { method: 'POST', body: new URLSearchParams(fields), redirect: 'manual' });
  if (answer.status >= 400) throw new Error(`${url} answered ${answer.status} to ${JSON.stringify(fields)}: ${await answer.text()}`);
  return answer.headers.get('location');
}

function json(body) {
  return { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}
