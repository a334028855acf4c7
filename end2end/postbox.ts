// A real mail server that keeps what it is given, and that can refuse or fall silent.
import { SMTPServer, type SMTPServerDataStream } from 'smtp-server';
import { eventually } from './shop.ts';

export class Postbox {
  /** What was taken, in the order in which it came. */
  readonly received: { to: string[]; raw: string }[] = [];
  /** How many mails were offered, taken or not. */
  offered = 0;
  /** `refuse`: not now, come again. `silence`: the mail is read and never answered. */
  mood: 'accept' | 'refuse' | 'silence' = 'accept';

  private readonly server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData: (stream, session, done) => void this.take(stream, session.envelope.rcptTo.map(({ address }) => address), done),
  });

  /** Opens it and returns its address for RIBBON_SMTP_URL. */
  async open(): Promise<string> {
    await new Promise<void>((done) => this.server.listen(0, '127.0.0.1', done));
    const address = this.server.server.address();
    if (address === null || typeof address === 'string') throw new Error('the mail server has no port');
    return `smtp://127.0.0.1:${address.port}`;
  }

  async close(): Promise<void> {
    await new Promise<void>((done) => this.server.close(done));
  }

  /** The mail to an address, as soon as it is there. */
  async mailTo(to: string, seconds?: number): Promise<string> {
    return eventually(`a mail to ${to}`, async () => this.received.find((mail) => mail.to.includes(to))?.raw, seconds);
  }

  private async take(stream: SMTPServerDataStream, to: string[], done: (error?: Error) => void): Promise<void> {
    let raw = '';
    for await (const part of stream) raw += part;
    this.offered += 1;
    if (this.mood === 'refuse') return done(Object.assign(new Error('try again later'), { responseCode: 451 }));
    if (this.mood === 'accept') {
      this.received.push({ to, raw });
      done();
    }
  }
}
