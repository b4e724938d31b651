import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import type { Client } from '@temporalio/client';
import { afterAll, describe, expect, it } from 'vitest';
import { makeToken } from '../../src/client/access/tokens.js';
import { codecServer } from '../../src/client/verbs/codec-server.js';
import { codecSettings } from '../../src/worker/codec/settings.js';
import { connectClient, plainSettings } from '../../src/worker/connection.js';
import { ensureEngine } from '../../src/worker/engine/engine.js';
import { countingTarget, type CountingTarget } from '../support/counting-target.js';
import { ended, startOf } from '../support/loop-runs.js';
import { patience, sharedLoop } from '../support/loop.js';
import { historyToPlain } from '../workflows/history-file.js';

const admin = makeToken();
const loop = sharedLoop({
  env: { KEY_2025: randomBytes(32).toString('base64'), KEY_2026: randomBytes(32).toString('hex'), PERFLOOP_TOKENS: `[[tokens]]\nname = "ada"\nroles = ["admin"]\nsha256 = "${admin.sha256}"\n` },
});
/** Stands in what the target's commands print, its config and its errors. */
const secret = 'planted-0f3c';
const targets: CountingTarget[] = [];
const target = (options: Parameters<typeof countingTarget>[0] = {}): CountingTarget => {
  const made = countingTarget(options);
  targets.push(made);
  return made;
};
afterAll(() => targets.forEach((made) => made.remove()));

const useKeys = (keys: string): void => void (loop.env['PERFLOOP_CODEC_KEYS'] = keys);

async function withKeys<T>(body: (client: Client, settings: ReturnType<typeof plainSettings>) => Promise<T>): Promise<T> {
  const settings = plainSettings(loop.state(), 'perfloop', codecSettings(loop.env));
  const client = await connectClient(settings, { patienceMs: 60_000 });
  try {
    return await body(client, settings);
  } finally {
    await client.connection.close();
  }
}

/** A history as text, with bytes as what they say. */
const readable = (json: string): string => json.replaceAll(/"([A-Za-z0-9+/]{8,}={0,2})"/g, (_, text: string) => JSON.stringify(Buffer.from(text, 'base64').toString('latin1')));

/** What the server holds of a run. */
async function stored(run: string): Promise<string> {
  const client = await connectClient(plainSettings(loop.state(), 'perfloop'), { patienceMs: 60_000 });
  try {
    return readable(JSON.stringify(historyToPlain(await client.workflow.getHandle(run).fetchHistory())));
  } finally {
    await client.connection.close();
  }
}

async function temporal(...args: string[]): Promise<string> {
  const { stdout, stderr } = await promisify(execFile)(process.env['PERFLOOP_TEMPORAL_BIN'] as string, [...args, '--address', loop.state().address], { env: loop.env, maxBuffer: 2 ** 26 });
  return stdout + stderr;
}

describe('encryption', () => {
  it('begins in the middle of a run, when the next command brings a key', async () => {
    const counting = target();
    counting.hold('bench', 5);
    const run = await loop.judge(counting);
    await expect.poll(() => counting.count('bench', 'held'), patience).toBe(1);
    expect(await stored(run)).toContain(counting.dir);
    const { supervisor } = loop.state();
    useKeys('$KEY_2025');
    const attached = loop.cli('attach', run, '--json');
    // A worker that drains, another one that starts.
    await expect.poll(() => counting.count('bench', 'held'), { ...patience, timeout: 150_000 }).toBe(2);
    expect(loop.state().supervisor.pid).not.toBe(supervisor.pid);
    counting.release('bench');
    const { code, stdout, stderr } = await attached;
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(JSON.parse(stdout)).toMatchObject({ verdict: 'accepted' });
    expect(stderr).toContain('lacks the key KEY_2025');
    expect(await stored(run)).toMatch(/KEY_2025:[0-9a-f]{16}/);
    expect(JSON.parse((await loop.cli('runs', '--json')).stdout)).toMatchObject({ runs: [{ run, state: 'done' }] });
  });
});

describe('a run that is encrypted by a new key', () => {
  let run = '';
  let counting: CountingTarget;

  it('shows the server neither what it works on nor why it failed', async () => {
    useKeys('$KEY_2026,$KEY_2025');
    await ensureEngine({ home: loop.home, env: loop.env });
    counting = target({ replace: { test: `echo ${secret} >&2; exit 1` } });
    run = await withKeys(async (client, settings) => await startOf(client, settings, loop.home, counting, 'judge'));
    expect(await withKeys(async (client) => await ended(client, loop.home, run))).toMatchObject({ execution: 'FAILED', code: expect.stringMatching(/^PL_/) as unknown });
    const text = await stored(run);
    expect(text).toMatch(/KEY_2026:[0-9a-f]{16}/);
    expect(text).toContain('Encoded failure');
    for (const clear of [secret, counting.dir, 'sh step.sh', 'a test']) expect(text).not.toContain(clear);
  });

  it('is read by the temporal command through the codec server, with a token', async () => {
    const stop = new AbortController();
    const endpoint = await new Promise<string>((resolve, reject) => {
      codecServer({ home: loop.home, env: loop.env, host: '127.0.0.1', port: 0, origins: [], open: false }, { onReady: resolve, onRequest: () => undefined, signal: stop.signal }).catch(reject);
    });
    try {
      const show = async (...more: string[]): Promise<string> => readable(await temporal('workflow', 'show', '-w', run, '-o', 'json', ...more));
      expect(await show()).not.toContain(counting.dir);
      const clear = await show('--codec-endpoint', endpoint, '--codec-auth', `Bearer ${admin.token}`);
      expect(clear).toContain(counting.dir);
      expect(clear).toContain(secret);
    } finally {
      stop.abort();
    }
  });

  it('is refused to a client without the key, which says what to set', async () => {
    useKeys('');
    await expect(withKeys(async (client) => await client.workflow.getHandle(run).describe())).rejects.toMatchObject({ code: 'PL_CODEC_KEY', fix: expect.stringContaining('$KEY_2026') as unknown });
  });
});
