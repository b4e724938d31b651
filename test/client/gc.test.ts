import { readdirSync, utimesSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { gc, type GcOptions } from '../../src/client/verbs/gc.js';
import { printGc } from '../../src/client/print/gc.js';
import type { CliContext } from '../../src/client/context.js';
import { artifactsOf } from '../../src/store/artifacts-of.js';
import { registerHub } from '../../src/store/gc/hubs.js';
import { homeFrom } from '../../src/store/home.js';
import { settleUploads } from '../../src/store/uploads.js';
import { openStoreWriter, type RunHeader } from '../../src/store/writer.js';
import { styleFor } from '../../src/client/style.js';
import { noS3, startS3, type S3Server } from '../support/s3-server.js';
import { codeOf, temporaryFolder } from '../workspace/fixture.js';

const day = 24 * 3_600_000;
const commit = (digit: string) => digit.repeat(40);

let s3: S3Server | null = null;
beforeAll(async () => {
  s3 = noS3 === null ? await startS3() : null;
});
afterAll(async () => s3?.stop());

/** A store with hosts that share it; the hub's home is the first. */
function shared(kind: 'folder' | 'bucket') {
  const root = temporaryFolder();
  const name = root.slice(root.lastIndexOf('-') + 1);
  const env: NodeJS.ProcessEnv = kind === 'folder' ? { PERFLOOP_ARTIFACTS: join(root, 'artifacts') } : { ...s3?.env, PERFLOOP_ARTIFACTS: `s3://perfloop-test/${name}` };
  const folder = kind === 'folder' ? join(root, 'artifacts') : join(s3?.folder ?? '', name);
  const homeOf = (host: string) => homeFrom({ ...env, PERFLOOP_HOME: join(root, host) });
  const home = homeOf('hub');
  return {
    home,
    artifacts: artifactsOf(home, { env }),
    /** As another process, of another host, sees it. */
    elsewhere: (host: string) => artifactsOf(homeOf(host), { env }),
    gc: ({ address, ...options }: Partial<GcOptions> & { address?: string } = {}) => gc({ home, env, connection: address === undefined ? {} : { address } } as CliContext, { keepMs: 30 * day, dryRun: false, ...options }),
    files: () => readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.includes('.')).toSorted(),
    /** As if everything had been written so long ago. */
    async age(days: number) {
      await settleUploads();
      const then = (Date.now() - days * day) / 1000;
      for (const file of this.files()) utimesSync(join(folder, file), then, then);
    },
  };
}

/** What a run refers to, and what is kept of it under names. */
async function recorded({ home, artifacts }: ReturnType<typeof shared>, { run, startedDaysAgo, endedDaysAgo, findings, champion = commit('c') }: { run: string; startedDaysAgo: number; endedDaysAgo: number | null; findings: unknown; champion?: string }) {
  const config = await artifacts.put('json', JSON.stringify({ config: run }));
  await artifacts.remember(`run-config/${run}`, config);
  const bundle = await artifacts.put('bundle', `the commits of ${run}`);
  await artifacts.remember(`bundle/t1/${commit('b')}..${champion}`, bundle);
  const ref = await artifacts.put('findings', JSON.stringify(findings));
  const store = openStoreWriter(home.db);
  const ago = (days: number) => Date.now() - days * day;
  store.recordRun({ run, kind: 'run', target: { id: 't1', name: 'x', base: commit('b') }, state: endedDaysAgo === null ? 'running' : 'done', startedAt: ago(startedDaysAgo), endedAt: endedDaysAgo === null ? null : ago(endedDaysAgo), champion, evidence: { findings: [ref] } } as unknown as RunHeader);
  store.close();
  return { config, bundle, findings: ref };
}

describe.each(['folder', 'bucket'] as const)('perfloop gc of a %s', (kind) => {
  it.skipIf(kind === 'bucket' && noS3 !== null)(`keeps what runs that go on or ended lately refer to, and what is young; a dry run touches nothing${kind === 'bucket' && noS3 !== null ? ` (${noS3})` : ''}`, async () => {
    const world = shared(kind);
    const { artifacts } = world;
    const log = await artifacts.put('log', 'mentioned by findings alone');
    const both = await artifacts.put('diff', 'of an early run and of a late one');
    const orphan = await artifacts.put('samples', '["nobody refers to these"]');
    const again = await artifacts.put('text', 'nobody refers to this, until somebody puts it again');
    const early = await recorded(world, { run: 'r-early', startedDaysAgo: 101, endedDaysAgo: 100, findings: [both], champion: commit('d') });
    const late = await recorded(world, { run: 'r-late', startedDaysAgo: 4, endedDaysAgo: 3, findings: [both, { log }] });
    const open = await recorded(world, { run: 'r-open', startedDaysAgo: 40, endedDaysAgo: null, findings: ['open'], champion: commit('e') });
    await world.age(60);
    await world.elsewhere('other').put('text', 'nobody refers to this, until somebody puts it again');
    const young = await artifacts.put('text', 'of a step that is under way');
    await settleUploads();

    const before = world.files();
    const dry = await world.gc({ dryRun: true });
    expect(world.files()).toEqual(before);
    expect(dry).toMatchObject({ dryRun: true, runs: { open: 1, kept: 1, past: 1 }, removedByKind: { bundle: { count: 1 }, json: { count: 3 } }, names: { removed: 2 }, unfinished: 0 });
    expect(printGc(dry, styleFor(false))).toMatch(/^would remove 4 files, 1 kB of /);

    expect(await world.gc()).toEqual({ ...dry, dryRun: false, cutoff: expect.any(Number) });
    const reader = world.elsewhere('reader');
    for (const ref of [log, both, again, young, ...Object.values(late), ...Object.values(open)]) expect((await reader.get(ref)).byteLength).toBe(ref.bytes);
    for (const ref of [orphan, ...Object.values(early)]) expect(await codeOf(reader.get(ref))).toBe('PL_ARTIFACT_MISSING');
    expect(await reader.recall('run-config/r-late')).toEqual(late.config);
    expect(await reader.recall(`bundle/t1/${commit('b')}..${commit('c')}`)).toEqual(late.bundle);
    expect(await reader.recall('run-config/r-early')).toBeUndefined();
    expect((await world.gc()).removed.count).toBe(0);
  });
});

describe('perfloop gc', () => {
  it('never takes what is younger than a run that goes on', async () => {
    const world = shared('folder');
    await recorded(world, { run: 'r-open', startedDaysAgo: 90, endedDaysAgo: null, findings: [] });
    await world.artifacts.put('log', 'put by a step of the run that goes on');
    await world.age(80);
    expect((await world.gc()).removed.count).toBe(0);
    await world.age(100);
    expect((await world.gc()).removed.count).toBe(1);
  });

  it('refuses where it cannot know what is wanted', async () => {
    const world = shared('folder');
    expect(await codeOf(world.gc())).toBe('PL_GC_NO_STORE');
    const { findings } = await recorded(world, { run: 'r-early', startedDaysAgo: 101, endedDaysAgo: 100, findings: [] });
    expect(await codeOf(world.gc({ keepMs: day / 2 }))).toBe('PL_USAGE');
    await registerHub(world.elsewhere('other'), 'another0host', '/elsewhere');
    await world.age(60);
    await expect(world.gc()).rejects.toMatchObject({ code: 'PL_GC_OTHER_HUB', message: expect.stringContaining('another0host'), where: world.home.artifacts });
    expect(await codeOf(world.gc({ forgetHub: 'a-third' }))).toBe('PL_USAGE');
    expect((await world.gc({ forgetHub: 'another0host', dryRun: true })).dryRun).toBe(true);
    expect(await codeOf(world.gc())).toBe('PL_GC_OTHER_HUB');
    // Without the server nobody knows what goes on.
    const server = { address: `127.0.0.1:${await silentPort()}`, forgetHub: 'another0host' };
    await expect(world.gc({ ...server, dryRun: true })).rejects.toMatchObject({ code: 'PL_GC_NO_SERVER', where: server.address, fix: expect.stringContaining('perfloop doctor') });
    await expect(world.gc(server)).rejects.toMatchObject({ code: 'PL_GC_NO_SERVER' });
    // What was refused has forgotten nobody.
    expect(await codeOf(world.gc())).toBe('PL_GC_OTHER_HUB');
    await world.artifacts.get(findings);
    await world.gc({ forgetHub: 'another0host' });
    expect(await codeOf(world.artifacts.get(findings))).toBe('PL_ARTIFACT_MISSING');
    await world.gc();
  });

  it.each([
    ['before', 1],
    ['behind', -1],
  ])('refuses where the clock of the host is %s that of the store, since it tells what is old', async (_, sign) => {
    const world = shared('folder');
    const { findings } = await recorded(world, { run: 'r-early', startedDaysAgo: 101, endedDaysAgo: 100, findings: [] });
    await world.age(60);
    onTestFinished(() => void vi.useRealTimers());
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + sign * 11 * 60_000 });
    await expect(world.gc()).rejects.toMatchObject({ code: 'PL_GC_CLOCK', message: expect.stringMatching(/^the clocks of this host and of the store are (10m\d+s|11m(\d+s)?) apart/), where: world.home.artifacts });
    await world.artifacts.get(findings);
    // What a dry run would remove, it says as it sees it.
    expect((await world.gc({ dryRun: true })).removed.count).toBeGreaterThan(0);
    // By so little clocks that are looked after may differ.
    vi.setSystemTime(Date.now() - sign * 2 * 60_000);
    await world.gc();
    expect(await codeOf(world.artifacts.get(findings))).toBe('PL_ARTIFACT_MISSING');
  });
});

/** Of this machine, at which nothing answers. */
async function silentPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => void server.close(resolve));
  return port;
}
