// One installation of Ribbon for one spec: the sandbox and the server as programs of their own, on free ports and
// with a folder of their own, so that either can be killed and started again. Only processes begun here are ended here.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const checkout = resolve(fileURLToPath(import.meta.url), '../..');
const program = process.env.RIBBON ?? join(checkout, 'target/release/ribbon');

export type Engine = 'sqlite' | 'postgres';

/** A mail as the sandbox's inbox lists it. */
export interface Mail {
  id: string;
  to: string;
  from: string;
  subject: string;
  text: string;
  html: string;
  sent_at: string;
}

/** A checkout session as the sandbox tells of it. */
export interface CheckoutSession {
  id: string;
  provider: string;
  stage: 'open' | 'processing' | 'paid' | 'free' | 'failed' | 'expired';
}

/** An event of the sandbox, and what became of it. */
export interface SandboxEvent {
  id: string;
  kind: string;
  deliveries: { state: 'due' | 'held' | 'taken' | 'dropped' | 'given_up'; answers: string[] }[];
}

export interface ShopOptions {
  engine: Engine;
  /** Settings on top of those that every shop here gets. */
  settings?: Record<string, string>;
}

export class Shop {
  readonly url: string;
  readonly sandboxUrl: string;
  private readonly settings: Record<string, string>;
  private server?: Program;
  private sandbox?: Program;

  /** A shop that is open for business. */
  static async open(options: ShopOptions): Promise<Shop> {
    const shop = new Shop(mkdtempSync(join(tmpdir(), 'ribbon-shop-')), await freePorts(4), options);
    await shop.startSandbox();
    await shop.startServer();
    return shop;
  }

  private constructor(private readonly folder: string, firstPort: number, options: ShopOptions) {
    const serverPort = firstPort + 3;
    this.url = `http://localhost:${serverPort}`;
    this.sandboxUrl = `http://localhost:${firstPort}`;
    this.settings = {
      PATH: process.env.PATH ?? '',
      RIBBON_ADDR: `127.0.0.1:${serverPort}`,
      RIBBON_PUBLIC_URL: this.url,
      RIBBON_SANDBOX_PORT: String(firstPort),
      RIBBON_DATA: folder,
      DATABASE_URL: options.engine === 'postgres' ? newPostgres() : `sqlite://${join(folder, 'ribbon.db')}`,
      ...options.settings,
    };
  }

  /** It keeps what it knows in a file, and finds it there when it is started again. */
  async startSandbox(): Promise<void> {
    this.sandbox = new Program(['sandbox', '--data', join(this.folder, 'sandbox.json')], this.settings);
    await this.sandbox.answers(`${this.sandboxUrl}/inbox.json`);
  }

  async startServer(): Promise<void> {
    this.server = new Program(['serve'], this.settings);
    await this.server.answers(`${this.url}/readyz`);
  }

  /** The server again, so many days later than it is. */
  async restartServer(daysAhead: number): Promise<void> {
    await this.stopServer();
    this.server = new Program(['serve'], { ...this.settings, RIBBON_TEST_DAYS_AHEAD: String(daysAhead) });
    await this.server.answers(`${this.url}/readyz`);
  }

  /** As a power cut does it: nothing is finished, nothing is said. */
  async killServer(): Promise<void> {
    await this.server?.end('SIGKILL');
  }

  async killSandbox(): Promise<void> {
    await this.sandbox?.end('SIGKILL');
  }

  /** As an operator does it. */
  async stopServer(): Promise<void> {
    await this.server?.end('SIGTERM');
  }

  async close(): Promise<void> {
    await this.server?.end('SIGTERM');
    await this.sandbox?.end('SIGTERM');
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** What server and sandbox wrote, the present run of each. */
  get log(): string {
    return `${this.sandbox?.output ?? ''}${this.server?.output ?? ''}`;
  }

  /** Runs one of the operator's commands and returns what it printed. */
  command(args: string[], input = ''): string {
    return execFileSync(program, args, { cwd: checkout, env: this.settings, input, encoding: 'utf8' });
  }

  /** Runs a script as an operator types it, with this shop's settings and its program on the PATH, and returns what it printed. */
  shell(script: string, variables: Record<string, string>): string {
    const env = { ...this.settings, ...variables, PATH: `${dirname(program)}:${this.settings.PATH}` };
    return execFileSync('bash', ['--norc', '-euo', 'pipefail', '-c', script], { cwd: checkout, env, encoding: 'utf8' });
  }

  /** An account whose address is verified. */
  createAccount(email: string, password: string): void {
    this.command(['account', 'create', '--email', email, '--verified'], `${password}\n`);
  }

  /** What was mailed to an address, newest first. */
  async inbox(to: string): Promise<Mail[]> {
    const answer = await fetch(`${this.sandboxUrl}/inbox.json`);
    const mails = (await answer.json()) as Mail[];
    return mails.filter((mail) => mail.to.includes(to));
  }

  /** The newest mail to an address whose subject matches, as soon as it is there. */
  async mail(to: string, subject: RegExp, seconds?: number): Promise<Mail> {
    return eventually(`a mail to ${to} about ${subject}`, async () => {
      const mails = await this.inbox(to);
      return mails.find((mail) => subject.test(mail.subject));
    }, seconds);
  }

  /** What the sandbox does with webhooks from now on, or with those that it holds. */
  async webhooks(mode: 'hold' | 'drop' | 'duplicate' | 'missign' | 'release'): Promise<void> {
    await this.control('webhooks', { mode });
  }

  /** What the provider's sessions have come to, newest first. */
  async sessions(): Promise<CheckoutSession[]> {
    return (await this.control('sessions')) as CheckoutSession[];
  }

  /** What the provider has sent, newest first. */
  async events(): Promise<SandboxEvent[]> {
    return (await this.control('events')) as SandboxEvent[];
  }

  /** Waits until the shop has taken an event of this kind. */
  async taken(kind: string): Promise<SandboxEvent> {
    return eventually(`an event ${kind} that was taken`, async () => {
      const events = await this.events();
      return events.find((event) => event.kind === kind && event.deliveries.every((delivery) => delivery.state === 'taken'));
    });
  }

  private async control(path: string, order?: object): Promise<unknown> {
    const post = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(order) };
    const answer = await fetch(`${this.sandboxUrl}/control/${path}`, order && post);
    if (!answer.ok) throw new Error(`the sandbox answered ${answer.status}: ${await answer.text()}`);
    return answer.json();
  }
}

/** The address in a mail's text that matches. */
export function link(mail: Mail, path: RegExp): string {
  const found = mail.text.match(/https?:\/\/\S+/g)?.find((url) => path.test(url));
  if (!found) throw new Error(`no link like ${path} in:\n${mail.text}`);
  return found;
}

/** Asks until there is an answer, for at most so many seconds. */
export async function eventually<T>(what: string, ask: () => Promise<T | undefined>, seconds = 20): Promise<T> {
  const end = Date.now() + seconds * 1000;
  while (Date.now() < end) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await pause(50);
  }
  throw new Error(`${what} did not come`);
}

/** A running `ribbon`. */
class Program {
  output = '';
  private readonly child: ChildProcess;
  private readonly ended: Promise<void>;

  constructor(args: string[], settings: Record<string, string>) {
    this.child = spawn(program, args, { cwd: checkout, env: settings, stdio: ['ignore', 'pipe', 'pipe'] });
    this.child.stdout?.on('data', (data) => (this.output += data));
    this.child.stderr?.on('data', (data) => (this.output += data));
    this.ended = new Promise((done) => {
      this.child.once('exit', () => done());
      this.child.once('error', (error) => {
        this.output += error;
        done();
      });
    });
  }

  /** Waits until it answers at `url` with success. */
  async answers(url: string): Promise<void> {
    await eventually(`${url} (so far: ${this.output})`, async () => {
      if (this.child.exitCode !== null) throw new Error(`ribbon ended by itself:\n${this.output}`);
      const answer = await fetch(url).catch(() => undefined);
      return answer?.ok ? true : undefined;
    });
  }

  async end(signal: NodeJS.Signals): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) this.child.kill(signal);
    await this.ended;
  }
}

/** An empty database in the cluster that `postgres.sh` started. */
function newPostgres(): string {
  const cluster = process.env.RIBBON_TEST_POSTGRES;
  if (!cluster) throw new Error('RIBBON_TEST_POSTGRES is not set; run the specs with `make browser`');
  const name = `ribbon_${randomBytes(8).toString('hex')}`;
  execFileSync('psql', [cluster, '--quiet', '--command', `create database ${name}`]);
  const url = new URL(cluster);
  url.pathname = name;
  return url.toString();
}

/** The first of `count` ports in a row that nobody listens on. */
async function freePorts(count: number): Promise<number> {
  for (;;) {
    // Below the range from which the system gives ports to outgoing connections.
    const first = 10_000 + Math.floor(Math.random() * 22_000);
    const ports = Array.from({ length: count }, (_, offset) => first + offset);
    if ((await Promise.all(ports.map(isFree))).every(Boolean)) return first;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((answer) => {
    const probe = createServer();
    probe.once('error', () => answer(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => answer(true)));
  });
}

function pause(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms));
}
