import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';
import { afterEach, describe, expect, it } from 'vitest';
import { notifySchema, type NotifyConfig } from '../../src/core/config/notify-schema.js';
import type { Notification } from '../../src/core/notify/notification.js';
import { deliver } from '../../src/delivery/deliver.js';
import { post } from '../../src/delivery/post.js';
import { isSignedBy, replayWindowS, signatureOf } from '../../src/delivery/sign.js';

const notification: Notification = { v: 1, id: 'r-abc.accepted.r1-1', event: 'accepted', at: 1_800_000_000_000, target: 'demo', run: 'r-abc', title: 'demo: r1-1 is accepted', text: 'Faster <!channel> & {title}\nperfloop show r-abc' };
const channel = (given: object): NotifyConfig => notifySchema.parse({ url: '$PLACE', ...given });

interface Got {
  headers: IncomingHttpHeaders;
  body: string;
}
const open: { close(done: () => void): unknown }[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await new Promise<void>((resolve) => void one.close(() => resolve()));
});

async function receiver(answer: (response: ServerResponse) => void): Promise<{ url: string; got: Got[] }> {
  const got: Got[] = [];
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => void chunks.push(chunk)).on('end', () => {
      got.push({ headers: request.headers, body: Buffer.concat(chunks).toString() });
      answer(response);
    });
  });
  open.push({ close: (done) => (server.closeAllConnections(), server.close(done)) });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook?key=planted-key-1234`, got };
}

describe('a webhook', () => {
  it('is signed, and who has the key can tell that it is of these minutes', async () => {
    const { url, got } = await receiver((response) => response.end('fine'));
    await deliver(notification, channel({ kind: 'webhook', secret: '$KEY' }), { PLACE: url, KEY: 'k1' });
    const [{ headers, body }] = got as [Got];
    expect(JSON.parse(body)).toEqual({ ...notification, at: '2027-01-15T08:00:00.000Z' });
    expect(headers['perfloop-id']).toBe(notification.id);
    const timestamp = String(headers['perfloop-timestamp']);
    const given = { timestamp, signature: String(headers['perfloop-signature']), body };
    expect(isSignedBy('k1', given, Number(timestamp))).toBe(true);
    expect(isSignedBy('k1', given, Number(timestamp) + replayWindowS + 1)).toBe(false);
    expect(isSignedBy('k2', given, Number(timestamp))).toBe(false);
    expect(isSignedBy('k1', { ...given, body: `${body} ` }, Number(timestamp))).toBe(false);
    expect(isSignedBy('k1', { ...given, timestamp: String(Number(timestamp) + 1) }, Number(timestamp))).toBe(false);
    // As `printf %s 1800000000.{} | openssl dgst -sha256 -hmac k1` has it.
    expect(signatureOf('k1', 1_800_000_000, '{}')).toBe('v1=2733822a693878d066de91c167a2d9e7b09aacad073103581c63f42ddb67d952');
  });

  it('that fails says why, and whether to try again, without its address', async () => {
    const failing = async (answer: (response: ServerResponse) => void): Promise<unknown> => {
      const { url } = await receiver(answer);
      return post(url, '{}', {}, undefined, 300).then(() => 'delivered', (error: unknown) => error);
    };
    expect(await failing((response) => response.writeHead(503).end('busy'))).toMatchObject({ message: 'it answered 503: busy', final: false });
    expect(await failing((response) => response.writeHead(429).end())).toMatchObject({ final: false });
    expect(await failing((response) => response.writeHead(404).end('no such hook'))).toMatchObject({ message: 'it answered 404: no such hook', final: true });
    expect(await failing((response) => response.writeHead(302, { location: 'http://169.254.169.254/' }).end())).toMatchObject({ message: expect.stringContaining('redirect') as string, final: true });
    expect(await failing(() => undefined)).toMatchObject({ message: 'it did not answer within 0.3 s', final: false });
    expect(await failing((response) => response.destroy())).toMatchObject({ message: expect.stringMatching(/^it cannot be reached/) as string, final: false });
    expect(await post('file:///etc/passwd', '{}', {}).catch((error: unknown) => error)).toMatchObject({ final: true });
    await expect(deliver(notification, channel({ kind: 'slack' }), {})).rejects.toMatchObject({ message: '$PLACE is not set in the environment of the hub\'s worker', final: true });
  });
});

it('Slack gets a text that mentions nobody; braces in what happened are text', async () => {
  const { url, got } = await receiver((response) => response.end('ok'));
  await deliver(notification, channel({ kind: 'slack', template: '{event} of {target}: {text}' }), { PLACE: url });
  expect(JSON.parse(got[0]?.body ?? '')).toEqual({ text: 'accepted of demo: Faster &lt;!channel&gt; &amp; {title}\nperfloop show r-abc' });
});

describe('a mail', () => {
  const mails: string[] = [];
  async function mailServer(options: ConstructorParameters<typeof SMTPServer>[0]): Promise<number> {
    const server = new SMTPServer({ disabledCommands: ['STARTTLS'], logger: false, ...options, onData(stream, _session, done) {
      let text = '';
      stream.on('data', (chunk: Buffer) => (text += chunk.toString())).on('end', () => (mails.push(text), done()));
    } });
    open.push(server);
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    return (server.server.address() as AddressInfo).port;
  }
  const mail = channel({ kind: 'email', from: 'perfloop@example.org', to: ['team@example.org', 'ada@example.org'] });

  it('goes to everybody, once however often it is sent', async () => {
    const port = await mailServer({ authOptional: false, allowInsecureAuth: true, onAuth: ({ username, password }, _session, done) => (username === 'me' && password === 'p4ssw0rd-planted' ? done(null, { user: 'me' }) : done(new Error('wrong'))) });
    await deliver({ ...notification, title: 'demo:\r\nBcc: eve@example.org' }, mail, { PLACE: `smtp://me:p4ssw0rd-planted@127.0.0.1:${port}` });
    expect(mails[0]).toMatch(/^To: team@example.org, ada@example.org\r$/m);
    expect(mails[0]).toContain('Message-ID: <r-abc.accepted.r1-1@perfloop>');
    expect(mails[0]?.split('\r\n\r\n')[0]).not.toMatch(/^Bcc:/m);
    expect(mails[0]).toContain('perfloop show r-abc');
    await expect(deliver(notification, mail, { PLACE: `smtp://me:wrong-planted@127.0.0.1:${port}` })).rejects.toMatchObject({ final: true, message: expect.not.stringContaining('planted') as string });
  });

  it('is tried again where the server is away, and not where nobody is there', async () => {
    const greylisting = await mailServer({ authOptional: true, onRcptTo: (_address, _session, done) => done(Object.assign(new Error('later'), { responseCode: 451 })) });
    await expect(deliver(notification, mail, { PLACE: `smtp://127.0.0.1:${greylisting}` })).rejects.toMatchObject({ final: false });
    const refusing = await mailServer({ authOptional: true, onRcptTo: (_address, _session, done) => done(Object.assign(new Error('nobody'), { responseCode: 550 })) });
    await expect(deliver(notification, mail, { PLACE: `smtp://127.0.0.1:${refusing}` })).rejects.toMatchObject({ final: true });
    await expect(deliver(notification, mail, { PLACE: 'smtp://127.0.0.1:9' })).rejects.toMatchObject({ final: false });
  });
});

it('a config with a mistake is refused before a run begins', () => {
  const problems = (given: object): string[] => (notifySchema.safeParse(given).error?.issues ?? []).map(({ path, message }) => `${path.join('.')}: ${message}`);
  expect(problems({ kind: 'webhook', url: 'https://hooks.example.org/x', secret: '$KEY' })).toEqual([expect.stringContaining('url: must be `$NAME`')]);
  expect(problems({ kind: 'webhook', url: '$A' })).toEqual([expect.stringContaining('secret: is missing')]);
  expect(problems({ kind: 'email', url: '$A' })).toEqual(['from: is missing', 'to: names nobody']);
  expect(problems({ kind: 'slack', url: '$A', template: '{titel}' })).toEqual([expect.stringContaining('template: there is no {titel}')]);
});
