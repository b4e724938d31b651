import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { seededRandom } from '../../../src/core/stats/random.js';
import { exportProfile, type ExportFormat } from '../../../src/profile/export/export.js';
import { importProfile } from '../../../src/profile/import/import.js';
import { openProfile, type ProfileDatabase } from '../../../src/profile/tools/open.js';
import { profileTool } from '../../../src/profile/tools/registry.js';
import { ask } from '../../../src/profile/tools/tool.js';
import { profiled, pstatsFile } from '../made-profile.js';
import { globalPidOf, globalTidOf, writeExport } from '../nsys-export.js';
import { imported } from '../programs.js';
import { temporaryFolder } from '../temporary-folder.js';

// What is written is read again, by our own importers and by the rules of the formats.

interface Event { ph: string; cat?: string; name: string; pid: number; tid: number; ts: number; dur: number; id?: number; bp?: string; args: Record<string, unknown> }

async function exported(db: ProfileDatabase, format: ExportFormat, name: string): Promise<string> {
  const file = join(temporaryFolder(), name);
  expect(await exportProfile(db, { format, file })).toEqual({ file, format, bytes: readFileSync(file).length });
  return file;
}

const eventsOf = (file: string): Event[] => (JSON.parse(readFileSync(file, 'utf8')) as { traceEvents: Event[] }).traceEvents;
const answered = (db: ProfileDatabase, tool: string, input: object = {}): { rows: Record<string, unknown>[]; facts: Record<string, unknown> } => {
  const answer = ask(profileTool(tool), db, { limit: 10_000, ...input });
  if (answer.abstained !== null) throw new Error(answer.abstained);
  return answer as never;
};
const rounded = (value: unknown): unknown => JSON.parse(JSON.stringify(value, (_, one: unknown) => (typeof one === 'number' ? Number(one.toPrecision(9)) : one)));

async function reimported(file: string): Promise<ProfileDatabase> {
  const database = join(temporaryFolder(), 'again.sqlite');
  await importProfile({ files: [file], kind: 'auto', database });
  const db = openProfile(database);
  onTestFinished(() => void db.close());
  return db;
}

const hostile = '"><script>alert(1)</script>;a;b\n\u001b[31m\u2028\ud800 größe \\';
const strings = { 1: 'gemm<float>', 2: hostile, 3: 'cudaLaunchKernel_v7000', 4: 'poll', 5: 'registered' };

/** Colliding correlation ids and streams, several processes and devices, ranges that overlap or stay open, times beyond 53 bits. */
function rows(processes: number, at = 2n ** 60n) {
  const random = seededRandom(`export ${processes}`);
  const int = (below: number): number => Math.floor(random() * below);
  const pids = [100, 16_777_215].slice(0, processes);
  const span = (longest: number) => {
    const start = at + BigInt(int(1_000_000));
    return { start, end: start + BigInt(1 + int(longest)) };
  };
  const place = () => ({ deviceId: int(2), contextId: 1, streamId: 7 + int(2), correlationId: 1 + int(50), globalPid: globalPidOf(pids[int(processes)] as number) });
  const named = (name: number) => ({ demangledName: name, shortName: name });
  const many = <Row>(count: number, make: (i: number) => Row): Row[] => Array.from({ length: count }, (_, i) => make(i));
  const thread = () => globalTidOf(pids[int(processes)] as number, 1 + int(3));
  return {
    CUPTI_ACTIVITY_KIND_KERNEL: many(90, () => ({ ...span(5000), ...place(), ...named(1 + int(2)), gridX: 4, gridY: 1, gridZ: 1, blockX: 32, blockY: 1, blockZ: 1 })),
    CUPTI_ACTIVITY_KIND_MEMCPY: many(40, () => ({ ...span(9000), ...place(), bytes: 1 + int(100_000), copyKind: [1, 2, 8, 10][int(4)] as number, srcKind: int(3), dstKind: 2 })),
    CUPTI_ACTIVITY_KIND_MEMSET: many(10, () => ({ ...span(900), ...place(), bytes: 1 + int(1000) })),
    CUPTI_ACTIVITY_KIND_GRAPH_TRACE: many(5, (graphId) => ({ ...span(900), ...place(), graphId })),
    CUPTI_ACTIVITY_KIND_SYNCHRONIZATION: many(8, () => ({ ...span(900), ...place(), syncType: 1 + int(4) })),
    CUPTI_ACTIVITY_KIND_RUNTIME: many(80, (i) => ({ ...span(900), globalTid: thread(), correlationId: i + 1, nameId: 3, returnValue: 0 })),
    OSRT_API: many(20, () => ({ ...span(900), globalTid: thread(), nameId: 4 })),
    NVTX_EVENTS: many(30, (i) => { const { start, end } = span(9000); return { start, end: i % 10 === 0 ? null : end, eventType: [59, 60, 34][i % 3] as number, text: i % 2 === 0 ? hostile : null, textId: i % 2 === 0 ? null : 5, globalTid: thread() }; }),
    ThreadNames: [{ nameId: 2, priority: 1, globalTid: globalTidOf(100, 1) }],
    TARGET_INFO_GPU: [{ id: 0, name: hostile, smCount: 132, totalMemory: 80_000_000_000, computeMajor: 9, computeMinor: 0 }],
  };
}

const ofNsys = async (processes: number, at?: bigint): Promise<ProfileDatabase> => imported([writeExport(join(temporaryFolder(), 'a.sqlite'), rows(processes, at), { strings })], temporaryFolder());

describe('a trace of Chrome\'s format', () => {
  it('has every kernel, copy, set, wait, call and range, which our importer reads with the same totals', async () => {
    // Tools that sweep spans do so in numbers of 53 bits.
    const db = await ofNsys(1, 2n ** 50n);
    const again = await reimported(await exported(db, 'chrome', 'trace.json'));
    for (const [tool, input] of [['kernels', {}], ['kernels', { by: 'device' }], ['memcpy', {}], ['memset', {}], ['api_sum', {}], ['launch', {}]] as const) {
      // Reading a trace again makes short names of whole ones.
      const plain = (of: ProfileDatabase) => rounded(answered(of, tool, input).rows.map((row) => ({ ...row, kernel: null })));
      expect(plain(again), tool).toEqual(plain(db));
    }
    expect(answered(again, 'sync').facts).toMatchObject({ streamWaits: answered(db, 'sync').facts['streamWaits'] });
    expect(answered(again, 'device_info').rows).toEqual(answered(db, 'device_info').rows.map((gpu) => ({ ...gpu, gigabytesPerSecond: null })));
    const pushed = rows(1).NVTX_EVENTS.filter(({ eventType, end }) => eventType === 59 && end !== null);
    expect(answered(again, 'nvtx').facts).toMatchObject({ ranges: pushed.length });
  });

  it('keeps processes, contexts and streams apart, names every track, and draws an arrow for each launch', async () => {
    const db = await ofNsys(2);
    const events = eventsOf(await exported(db, 'perfetto', 'trace.json'));
    const named = new Set(events.filter(({ ph, name }) => ph === 'M' && name === 'thread_name').map(({ pid, tid }) => `${pid} ${tid}`));
    const processes = new Set(events.filter(({ ph, name }) => ph === 'M' && name === 'process_name').map(({ pid }) => pid));
    for (const { ph, pid, tid } of events) if (ph !== 'M' && ph !== 'C') expect(named.has(`${pid} ${tid}`) && processes.has(pid)).toBe(true);
    const made = rows(2);
    const streams = new Set(made.CUPTI_ACTIVITY_KIND_KERNEL.map(({ deviceId, globalPid, streamId }) => `${deviceId} ${globalPid} ${streamId}`));
    expect(new Set(events.filter(({ cat }) => cat === 'kernel').map(({ pid, tid }) => `${pid} ${tid}`)).size).toBe(streams.size);

    const calls = made.CUPTI_ACTIVITY_KIND_RUNTIME;
    const works = [made.CUPTI_ACTIVITY_KIND_KERNEL, made.CUPTI_ACTIVITY_KIND_MEMCPY, made.CUPTI_ACTIVITY_KIND_MEMSET, made.CUPTI_ACTIVITY_KIND_GRAPH_TRACE].flat();
    const first = [...works, ...calls, ...made.NVTX_EVENTS, ...made.OSRT_API].reduce((least, { start }) => (start < least ? start : least), 2n ** 62n);
    const at = (ns: bigint): number => Number(ns - first) / 1000;
    const launched = works.flatMap((work) => calls.filter((call) => call.correlationId === work.correlationId && (call.globalTid & ~0xffffffn) === work.globalPid).map((call) => `${at(call.start)} ${at(work.start)}`));
    const ends = (ph: string) => new Map(events.filter((event) => event.ph === ph && event.cat === 'ac2g').map((event) => [event.id, event]));
    const [from, to] = [ends('s'), ends('f')];
    expect([...from].map(([id, { ts }]) => `${ts} ${to.get(id)?.ts}`).toSorted()).toEqual(launched.toSorted());
    expect([...to.values()].every(({ bp }) => bp === 'e')).toBe(true);
  });

  it('keeps ranks apart that have the same process id', async () => {
    const rank = (name: string) => writeExport(join(temporaryFolder(), name), {
      CUPTI_ACTIVITY_KIND_KERNEL: [{ start: 100, end: 200, deviceId: 0, contextId: 1, streamId: 7, correlationId: 1, globalPid: globalPidOf(1), demangledName: 1, shortName: 1 }],
      CUPTI_ACTIVITY_KIND_RUNTIME: [{ start: 50, end: 60, globalTid: globalTidOf(1, 1), correlationId: 1, nameId: 3, returnValue: 0 }],
      ThreadNames: [{ nameId: 4, priority: 1, globalTid: globalTidOf(1, 1) }],
      PROCESSES: [{ globalPid: globalPidOf(1), pid: 1, name: 'python' }],
    }, { strings });
    const events = eventsOf(await exported(await imported([rank('0.sqlite'), rank('1.sqlite')], temporaryFolder()), 'perfetto', 'trace.json'));
    expect(new Set(events.filter(({ cat }) => cat === 'cuda_runtime').map(({ pid }) => pid))).toEqual(new Set([1, 2 ** 24 - 1]));
    expect(events.filter(({ ph, name, pid }) => ph === 'M' && name === 'process_name' && pid < 2 ** 24).map(({ args }) => args['name'])).toEqual(['python, rank 0', 'python (process 1 of another host or container), rank 1']);
    expect(events.filter(({ ph, name, pid }) => ph === 'M' && name === 'thread_name' && pid < 2 ** 24).map(({ args }) => args['name'])).toEqual(['poll', 'poll']);
  });

  it('opens asynchronous ranges with their own ids, and leaves open what has no end', async () => {
    const events = eventsOf(await exported(await ofNsys(2), 'chrome', 'trace.json'));
    const begun = events.filter(({ ph }) => ph === 'b');
    const ended = new Map(events.filter(({ ph }) => ph === 'e').map((event) => [event.id, event]));
    expect(begun.length).toBe(rows(2).NVTX_EVENTS.filter(({ eventType, end }) => eventType === 60 && end !== null).length);
    for (const { id, ts, name } of begun) expect(ended.get(id)).toMatchObject({ name, ts: expect.toSatisfy((end: number) => end >= ts) as number });
    expect(events.filter(({ ph }) => ph === 'B').length).toBe(rows(2).NVTX_EVENTS.filter(({ eventType, end }) => eventType !== 34 && end === null).length);
    expect(events.filter(({ ph, ts, dur }) => ph === 'X' && !(ts >= 0 && dur >= 0))).toEqual([]);
    const rates = events.filter(({ ph }) => ph === 'C').map(({ args }) => args['GB/s'] as number);
    expect(Math.min(...rates)).toBe(0);
    expect(rates.length).toBeGreaterThan(0);
  });

  it('has functions as spans that nest, with all the busy time', async () => {
    const made: [string, number][] = [['f@a.js:1 > g@a.js:2', 5], ['f@a.js:1', 3], ['(idle)', 4], ['f@a.js:1 > g@a.js:2 > h@b.js:3', 2], ['f@a.js:1 > g@a.js:2', 1], ['k@b.js:9', 6]];
    const events = eventsOf(await exported(await profiled(...made), 'chrome', 'trace.json')).filter(({ cat }) => cat === 'function');
    expect(events.map(({ name, ts, dur }) => `${name} ${ts / 1000} ${dur / 1000}`).toSorted()).toEqual(['f 0 8', 'f 12 3', 'g 0 5', 'g 12 3', 'h 12 2', 'k 15 6']);
    expect(events.find(({ name }) => name === 'h')?.args).toEqual({ file: '/repo/b.js', line: 3 });
  });
});

/** The rules of https://www.speedscope.app/file-format-schema.json that a sampled file falls under. */
const speedscopeSchema = z.strictObject({
  $schema: z.literal('https://www.speedscope.app/file-format-schema.json'),
  exporter: z.string(), name: z.string(), activeProfileIndex: z.int(),
  shared: z.strictObject({ frames: z.array(z.strictObject({ name: z.string(), file: z.string().optional(), line: z.int().optional(), col: z.int().optional() })) }),
  profiles: z.array(z.strictObject({ type: z.literal('sampled'), name: z.string(), unit: z.enum(['bytes', 'microseconds', 'milliseconds', 'nanoseconds', 'none', 'seconds']), startValue: z.number(), endValue: z.number(), samples: z.array(z.array(z.int())), weights: z.array(z.number()) })),
});

const sampled: [string, number][] = [['f@a.js:1 > g@a.js:2', 5], ['(idle)', 4], ['f@a.js:1 > spawnSync@core/internal/child_process:1 > spawn', 7], ['f@a.js:1 > map > größe@b.js:3', 2], [`f@a.js:1 > ${hostile.replaceAll(/[@:]/g, '')}@b.js:9`, 3], ['(garbage collector)', 2], ['(program)', 1]];

describe('speedscope', () => {
  it('gets each sample in its order, by the rules of its schema, and our importer reads the same times', async () => {
    const db = await profiled(...sampled);
    const file = await exported(db, 'speedscope', 'p.speedscope.json');
    const { profiles, shared } = speedscopeSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
    const [profile] = profiles;
    expect(profile?.weights).toEqual(sampled.map(([, ms]) => ms * 1e6));
    expect(profile?.endValue).toBe(24e6);
    expect(profile?.samples.flat().every((frame) => frame < shared.frames.length)).toBe(true);
    const again = await reimported(file);
    const plain = (of: ProfileDatabase) => rounded(answered(of, 'hot_functions').rows);
    expect(plain(again)).toEqual(plain(db));
    expect(answered(again, 'hot_functions').facts).toMatchObject({ busyMs: 13, idleMs: 11 });
  });
});

describe('folded stacks', () => {
  it('are lines of a stack and microseconds, and our importer reads the same shares', async () => {
    const db = await profiled(...sampled);
    const file = await exported(db, 'folded', 'p.folded');
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
    expect(lines.every((line) => /^[^\n\p{Cc}]+ \d+$/u.test(line))).toBe(true);
    expect(lines).toContain('f (/repo/a.js:1);g (/repo/a.js:2) 5000');
    const again = await reimported(file);
    const shares = (of: ProfileDatabase) => rounded(answered(of, 'hot_functions').rows.map(({ selfShare, totalShare }) => [selfShare, totalShare]));
    expect(shares(again)).toEqual(shares(db));
  });
});

it('a name that ends in .gz is compressed', async () => {
  const db = await ofNsys(2);
  const [plain, zipped] = [await exported(db, 'perfetto', 'a.json'), await exported(db, 'perfetto', 'a.json.gz')];
  expect(gunzipSync(readFileSync(zipped)).equals(readFileSync(plain))).toBe(true);
});

test.each<[string, ExportFormat, RegExp]>([['cProfile', 'folded', /no stacks/], ['cProfile', 'perfetto', /no stacks and no times/], ['nsys', 'speedscope', /no samples of host code/]])('of %s nothing becomes %s, which is said', async (kind, format, why) => {
  const db = kind === 'nsys' ? await ofNsys(1) : await imported([pstatsFile([{ file: '/r/a.py', line: 1, name: 'f', calls: 1, self: 1, total: 1, callers: [] }])], temporaryFolder());
  await expect(exportProfile(db, { format, file: join(temporaryFolder(), 'x') })).rejects.toMatchObject({ code: 'PL_EXPORT_EMPTY', message: expect.stringMatching(why) as string });
});

it('what cannot be written is said, and leaves nothing behind', async () => {
  const db = await profiled(['f@a.js:1', 1]);
  const folder = temporaryFolder();
  await expect(exportProfile(db, { format: 'folded', file: join(folder, 'none', 'x.folded') })).rejects.toMatchObject({ code: 'PL_EXPORT_WRITE' });
  writeFileSync(join(folder, 'file'), '');
  await expect(exportProfile(db, { format: 'folded', file: join(folder, 'file', 'x') })).rejects.toMatchObject({ code: 'PL_EXPORT_WRITE' });
  expect(readdirSync(folder)).toEqual(['file']);
});

it('ends when it is interrupted, and leaves nothing behind', async () => {
  const db = await ofNsys(1);
  const folder = temporaryFolder();
  await expect(exportProfile(db, { format: 'chrome', file: join(folder, 'x.json'), signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'PL_INTERRUPTED' });
  expect(readdirSync(folder)).toEqual([]);
});

const shared = join(import.meta.dirname, '../../../../shared/fixtures/profiles');
test.skipIf(!existsSync(shared)).each(['nsys-h100-2gpu-inference.sqlite', 'kineto-alexnet.json.gz'])('%s keeps its totals on the way through a trace', async (name) => {
  const db = await imported([join(shared, name)], temporaryFolder());
  const again = await reimported(await exported(db, 'chrome', 'trace.json.gz'));
  for (const tool of ['kernels', 'memcpy', 'api_sum', 'nvtx']) {
    const { facts } = answered(db, tool, { limit: 1 });
    expect(rounded(answered(again, tool, { limit: 1 }).facts), tool).toEqual(rounded(facts));
  }
});
