import { randomBytes } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import type { Payload } from '@temporalio/common';
import { describe, expect, it } from 'vitest';
import { payloadCodec } from '../../../src/worker/codec/codec.js';
import { codecSettings } from '../../../src/worker/codec/settings.js';
import { packageRoot } from '../../../src/worker/engine/package-paths.js';

const key = (): string => randomBytes(32).toString('base64');
const env = { A: key(), B: randomBytes(32).toString('hex') };
const codecOf = (keys: string, variables: NodeJS.ProcessEnv = env) => payloadCodec(codecSettings({ ...variables, PERFLOOP_CODEC_KEYS: keys }));
const json = (value: unknown): Payload => ({ metadata: { encoding: Buffer.from('json/plain') }, data: Buffer.from(JSON.stringify(value)) });
const plain = ({ metadata, data }: Payload) => ({ metadata: Object.fromEntries(Object.entries(metadata ?? {}).map(([name, value]) => [name, Buffer.from(value).toString('utf8')])), data: Buffer.from(data ?? []).toString('base64') });
const one = async (codec: ReturnType<typeof payloadCodec>, payload: Payload): Promise<Payload> => (await codec.encode([payload]))[0] as Payload;

/** What recorded runs sent. */
function recorded(): Payload[] {
  const found: Payload[] = [];
  const walk = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    const { data, metadata } = value as { data?: unknown; metadata?: Record<string, string> };
    if (typeof data === 'string' && metadata !== undefined) found.push({ metadata: Object.fromEntries(Object.entries(metadata).map(([name, text]) => [name, Buffer.from(text, 'base64')])), data: Buffer.from(data, 'base64') });
    for (const inner of Object.values(value)) walk(inner);
  };
  const folder = join(packageRoot, 'test', 'histories', '0.1.0');
  for (const name of readdirSync(folder).filter((name) => /^(?:judge|trial)\..*\.json$/.test(name))) walk(JSON.parse(readFileSync(join(folder, name), 'utf8')));
  return found;
}

describe('the codec', () => {
  it('gives back every payload of recorded runs, in fewer bytes and with none of their text', async () => {
    const payloads = recorded();
    expect(payloads.length).toBeGreaterThan(200);
    const codec = codecOf('$A');
    const encoded = await codec.encode(payloads);
    expect((await codec.decode(encoded)).map(plain)).toEqual(payloads.map(plain));
    const bytes = (of: Payload[]): number => of.reduce((sum, { data }) => sum + (data?.length ?? 0), 0);
    expect(bytes(encoded)).toBeLessThan(0.75 * bytes(payloads));
    for (const { data } of encoded) expect(Buffer.from(data ?? []).toString('latin1')).not.toContain('"v":1');
  });

  it('compresses alone, as the codec of the Go SDK does, and leaves small payloads as they are', async () => {
    const codec = payloadCodec(codecSettings({ PERFLOOP_CODEC_COMPRESS: '1' }));
    const [small, large] = [json('small'), json('long '.repeat(1000))];
    const encoded = await codec.encode([small, large]);
    expect(encoded[0]).toBe(small);
    expect(plain(encoded[1] as Payload).metadata).toEqual({ encoding: 'binary/zlib' });
    expect(encoded[1]?.data?.length).toBeLessThan(200);
    // A reader needs no setting.
    expect((await payloadCodec(codecSettings({})).decode(encoded)).map(plain)).toEqual([small, large].map(plain));
  });

  it('leaves everything in clear without settings, and passes what is in clear with them', async () => {
    const payload = json({ v: 1 });
    expect(await one(payloadCodec(codecSettings({})), payload)).toBe(payload);
    expect((await codecOf('$A').decode([payload]))[0]).toBe(payload);
  });

  it('never encrypts alike twice', async () => {
    const codec = codecOf('$A');
    expect(plain(await one(codec, json('same'))).data).not.toBe(plain(await one(codec, json('same'))).data);
  });

  it('encrypts by the first key and decrypts by all, whatever the variables are called', async () => {
    const old = await one(codecOf('$A'), json('old'));
    const rotated = codecOf('$B,$A');
    expect(plain((await rotated.decode([old]))[0] as Payload)).toEqual(plain(json('old')));
    const fresh = await one(rotated, json('new'));
    expect(plain(fresh).metadata['encryption-key-id']).toMatch(/^B:[0-9a-f]{16}$/);
    await expect(codecOf('$A').decode([fresh])).rejects.toMatchObject({ code: 'PL_CODEC_KEY', message: expect.stringContaining('key B:') as unknown, fix: expect.stringContaining('$B') as unknown });
    expect(plain((await codecOf('$OTHER', { OTHER: env.B }).decode([fresh]))[0] as Payload)).toEqual(plain(json('new')));
  });

  it('says that a key is missing, or is another one than it was', async () => {
    const payload = await one(codecOf('$A'), json('x'));
    await expect(payloadCodec(codecSettings({})).decode([payload])).rejects.toMatchObject({ code: 'PL_CODEC_KEY', message: expect.stringContaining('does not give') as unknown });
    await expect(codecOf('$A', { A: key() }).decode([payload])).rejects.toMatchObject({ code: 'PL_CODEC_KEY', message: expect.stringContaining('$A holds another key here') as unknown });
  });
});

describe('a payload that somebody changed', () => {
  const codec = codecOf('$A');
  const change = (payload: Payload, data: (bytes: Buffer) => Buffer): Payload => ({ ...payload, data: data(Buffer.from(payload.data ?? [])) });
  const flip = (at: number) => (bytes: Buffer): Buffer => {
    const copy = Buffer.from(bytes);
    const index = at < 0 ? copy.length + at : at;
    copy[index] = (copy[index] ?? 0) ^ 1;
    return copy;
  };

  it.each([
    ['the nonce', flip(0)],
    ['the text', flip(14)],
    ['the tag', flip(-1)],
    ['the end', (bytes: Buffer) => bytes.subarray(0, -1)],
    ['nearly all', (bytes: Buffer) => bytes.subarray(0, 5)],
    ['all', () => Buffer.alloc(0)],
  ])('is refused for %s', async (_, how) => {
    await expect(codec.decode([change(await one(codec, json({ secret: 1 })), how)])).rejects.toMatchObject({ code: 'PL_CODEC_PAYLOAD' });
  });

  it('is refused for what it says in clear', async () => {
    const payload = await one(codec, json({ secret: 1 }));
    const id = plain(payload).metadata['encryption-key-id'] ?? '';
    await expect(codec.decode([{ ...payload, metadata: { ...payload.metadata, 'encryption-key-id': Buffer.from(id.replace('A:', 'C:')) } }])).rejects.toMatchObject({ code: 'PL_CODEC_PAYLOAD' });
    await expect(codec.decode([{ ...payload, metadata: { ...payload.metadata, more: Buffer.from('1') } }])).rejects.toMatchObject({ code: 'PL_CODEC_PAYLOAD' });
  });

  it('is refused where it would decompress to all memory, or is none of the format', async () => {
    const zlib = (data: Buffer): Payload => ({ metadata: { encoding: Buffer.from('binary/zlib') }, data });
    await expect(codec.decode([zlib(deflateSync(Buffer.alloc(65 * 2 ** 20)))])).rejects.toMatchObject({ code: 'PL_CODEC_PAYLOAD' });
    await expect(codec.decode([zlib(Buffer.from('none'))])).rejects.toMatchObject({ code: 'PL_CODEC_PAYLOAD' });
  });
});

describe('the settings', () => {
  it('name all that is wrong, and never a key', () => {
    const short = randomBytes(16).toString('base64');
    const wrong = { ...env, SHORT: short, ODD: 'not!base64', AGAIN: env.A, PERFLOOP_CODEC_KEYS: `$A,${env.B},$NONE,$SHORT,$ODD,$AGAIN`, PERFLOOP_CODEC_COMPRESS: 'yes' };
    let text = '';
    try {
      codecSettings(wrong);
    } catch (error) {
      text = JSON.stringify(error);
    }
    for (const part of ['PL_CODEC_KEYS', 'entry 2 is no name', '$NONE is not set', '$SHORT holds 16 bytes', '$ODD is neither', '$AGAIN holds the same key', 'PERFLOOP_CODEC_COMPRESS must be', 'single quotes']) expect(text).toContain(part);
    for (const secret of [env.A, env.B, short, 'not!base64']) expect(text).not.toContain(secret);
  });
});
