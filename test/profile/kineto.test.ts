import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { array, assert, boolean, dictionary, integer, jsonValue, property, string } from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { detectProfileKind } from '../../src/profile/import/detect.js';
import { importProfile } from '../../src/profile/import/import.js';
import { shortKernelName } from '../../src/profile/import/kineto/names.js';
import { TraceSplitter } from '../../src/profile/import/kineto/split.js';
import { openProfile, type ProfileDatabase } from '../../src/profile/tools/open.js';
import { profileTool } from '../../src/profile/tools/registry.js';
import { ask } from '../../src/profile/tools/tool.js';
import { temporaryFolder } from './temporary-folder.js';

const shared = join(import.meta.dirname, '../../../shared/fixtures/profiles');

const kernel = { ph: 'X', cat: 'kernel', name: 'void f<float>(float*)', pid: 0, tid: 7, ts: 1_695_835_542_514_270.5, dur: 4.25, args: { device: 0, context: 1, stream: 7, correlation: 5, grid: [2, 1, 1], block: [32, 1, 1] } };
const call = { ph: 'X', cat: 'cuda_runtime', name: 'cudaLaunchKernel', pid: 42, tid: 43, ts: 1_695_835_542_514_260, dur: 3, args: { correlation: 5, cbid: 211 } };
const range = { ph: 'X', cat: 'cpu_op', name: 'aten::mm', pid: 42, tid: 43, ts: 1_695_835_542_514_255, dur: 20, args: { 'External id': 1 } };

function written(name: string, content: string | Buffer): string {
  const file = join(temporaryFolder(), name);
  writeFileSync(file, content);
  return file;
}

async function imported(file: string): Promise<ProfileDatabase> {
  const database = join(temporaryFolder(), 'p.sqlite');
  await importProfile({ files: [file], kind: 'torch', database });
  return openProfile(database);
}

const trace = (events: object[], around: object = {}): string => JSON.stringify({ schemaVersion: 1, ...around, traceEvents: events, traceName: 'x.json' });
const rowsOf = (db: ProfileDatabase, tool: string): object[] => {
  const answer = ask(profileTool(tool), db, {});
  return answer.abstained === null ? answer.rows : [];
};

describe('cutting a trace into events', () => {
  it('gives what JSON.parse gives, however it is cut into pieces', () => {
    const value = jsonValue();
    const event = dictionary(string(), value);
    assert(property(array(event), dictionary(string().filter((name) => name !== 'traceEvents'), value), boolean(), integer({ min: 1, max: 30 }), integer({ min: 0, max: 2 }), (events, around, alone, size, indent) => {
      const bytes = Buffer.from(JSON.stringify(alone ? events : { ...around, traceEvents: events, end: [1, { a: [] }] }, null, indent));
      const found: unknown[] = [];
      const splitter = new TraceSplitter((text) => found.push(JSON.parse(text)));
      for (let at = 0; at < bytes.length; at += size) splitter.write(bytes.subarray(at, at + size));
      const rest = splitter.end();
      expect(found).toEqual(JSON.parse(JSON.stringify(events)));
      expect(rest).toEqual(alone ? [] : JSON.parse(JSON.stringify({ ...around, traceEvents: [], end: [1, { a: [] }] })));
    }), { numRuns: 300 });
  });
});

describe('a trace of PyTorch', () => {
  it('tells the messages of collectives by their group, where Kineto does', async () => {
    const args = { ...kernel.args, 'Collective name': 'allreduce', dtype: 'BFloat16', 'In msg nelems': 1_000_000, 'Out msg nelems': 1_000_000, 'Group size': 8, 'Process Group Name': '0', 'Process Group Description': 'default_pg' };
    const reduce = { ...kernel, name: 'ncclDevKernel_AllReduce_Sum_bf16_RING_LL(args)', dur: 100, args };
    const gather = { ...reduce, name: 'ncclDevKernel_AllGather_RING_LL(args)', args: { ...args, 'Collective name': '_allgather_base', dtype: 'Float', 'In msg nelems': 10, 'Out msg nelems': 80, 'Process Group Description': 'tp' } };
    const silent = { ...reduce, args: kernel.args };
    const db = await imported(written('a', trace([call, reduce, { ...reduce, ts: reduce.ts + 200, dur: 300 }, { ...gather, ts: reduce.ts + 600, dur: 10 }, { ...silent, ts: reduce.ts + 700 }])));
    expect(rowsOf(db, 'nccl')).toMatchObject([
      { op: 'AllReduce', group: 'default_pg', ranks: 8, count: 2, megabytes: 4, gigabytesPerSecond: 10 },
      { op: 'AllReduce', group: null, ranks: null, count: 1, megabytes: null, gigabytesPerSecond: null },
      { op: 'AllGather', group: 'tp', ranks: 8, count: 1, megabytes: 320 / 1e6, gigabytesPerSecond: 0.032 },
    ]);
    const without = await imported(written('b', trace([call, silent])));
    expect(rowsOf(without, 'nccl')).toMatchObject([{ op: 'AllReduce', group: null, megabytes: null }]);
    expect(without.prepare("SELECT COUNT(*) FROM sqlite_master WHERE name = 'PERFLOOP_COLLECTIVES'").pluck().get()).toBe(0);
  });

  it('is told by its content, zipped or not', () => {
    expect(detectProfileKind(written('a', trace([kernel])))).toBe('torch');
    expect(detectProfileKind(written('b', gzipSync(trace([kernel], { deviceProperties: [] }))))).toBe('torch');
    expect(detectProfileKind(written('c', JSON.stringify([kernel])))).toBe('torch');
  });

  it('becomes kernels, calls and ranges, to the nanosecond, joined in its one process', async () => {
    const db = await imported(written('a.json.gz', gzipSync(trace([kernel, call, range, { ph: 'M', name: 'process_name', pid: 42, args: { name: 'python' } }], { deviceProperties: [{ id: 0, name: 'NVIDIA A100', numSms: 108 }] }))));
    expect(rowsOf(db, 'kernels')).toMatchObject([{ kernel: 'void f<float>(float*)', count: 1, meanUs: 4.25 }]);
    expect(rowsOf(db, 'launch')).toMatchObject([{ kernel: 'f', medianQueueUs: 7.5, medianCallUs: 3 }]);
    expect(rowsOf(db, 'nvtx')).toMatchObject([{ range: 'aten::mm', kernels: 1, gpuMs: 0.00425 }]);
    expect(ask(profileTool('health'), db, {})).toMatchObject({ facts: { gpus: ['NVIDIA A100'], launchesJoined: 1 } });
  });

  it('tells the graph and the node that a kernel is of', async () => {
    const node = { ...kernel, args: { ...kernel.args, 'graph id': 5, 'graph node id': 5 * 2 ** 32 + 1 } };
    const db = await imported(written('a.json', trace([call, node, { ...kernel, args: { ...kernel.args, 'graph id': 0, 'graph node id': 0 } }])));
    expect(db.prepare('SELECT graphId, graphNodeId FROM CUPTI_ACTIVITY_KIND_KERNEL').raw().all()).toEqual([[5, 21_474_836_481], [null, null]]);
  });

  it('keeps the name of the program, not its command line', async () => {
    const db = await imported(written('a.json', trace([call, kernel, { ph: 'M', name: 'process_name', pid: 42, args: { name: '/usr/bin/python3 train.py --token=hunter2' } }])));
    expect(db.prepare('SELECT name FROM PROCESSES').pluck().all()).toEqual(['python3']);
    expect(readFileSync(db.name).includes('hunter2')).toBe(false);
  });

  it('tells copies by direction and memory, and waits by kind', async () => {
    const copy = { ...kernel, cat: 'gpu_memcpy', name: 'Memcpy DtoH (Device -> Pinned)', args: { device: 1, stream: 7, correlation: 9, bytes: 4250 } };
    const db = await imported(written('a.json', trace([call, copy, { ...copy, cat: 'cuda_sync', args: { device: 1, stream: 7, correlation: 9, cuda_sync_kind: 'Stream Wait Event' } }])));
    expect(rowsOf(db, 'memcpy')).toMatchObject([{ device: 1, direction: 'Device-to-Host', memory: 'Device to Pinned', gigabytesPerSecond: 1 }]);
    expect(ask(profileTool('sync'), db, {})).toMatchObject({ facts: { streamWaits: 1 } });
  });

  it('leaves out events of absurd times, and says how many', async () => {
    const db = await imported(written('a.json', trace([call, kernel, { ...kernel, ts: 1e300 }, { ...kernel, dur: -5 }, { ...kernel, ts: 'soon' }])));
    expect(rowsOf(db, 'kernels')).toMatchObject([{ count: 1 }]);
    expect(ask(profileTool('health'), db, {})).toMatchObject({ notes: expect.arrayContaining(['3 events have no readable time or form, and were left out.']) as string[] });
  });

  it('may have bytes behind its compressed end', async () => {
    const db = await imported(written('a.json.gz', Buffer.concat([gzipSync(trace([kernel, call])), Buffer.from('\0\0more')])));
    expect(rowsOf(db, 'kernels')).toHaveLength(1);
  });

  test.each<[string, string, () => string | Buffer]>([
    ['cut in the middle', 'PL_PROFILE_MALFORMED', () => trace([kernel, call]).slice(0, -40)],
    ['cut within its array', 'PL_PROFILE_MALFORMED', () => trace([kernel, call]).slice(0, -60)],
    ['whose compression is cut', 'PL_PROFILE_MALFORMED', () => gzipSync(trace(Array.from({ length: 500 }, (_, i) => ({ ...kernel, name: `f${i}` })))).subarray(0, -20)],
    ['without work', 'PL_PROFILE_EMPTY', () => trace([{ ph: 'i', name: 'x', ts: 1 }])],
    ['of no bytes', 'PL_PROFILE_EMPTY', () => ''],
  ])('one %s is refused with %s', async (_, code, content) => {
    await expect(importProfile({ files: [written('a.json', content())], kind: 'auto', database: join(temporaryFolder(), 'p.sqlite') })).rejects.toMatchObject({ code });
  });

  test.skipIf(!existsSync(shared)).each(['kineto-alexnet', 'kineto-simple-add'])('%s has every event of its kind', async (name) => {
    const file = join(shared, `${name}.json.gz`);
    const { traceEvents } = JSON.parse(gunzipSync(readFileSync(file)).toString()) as { traceEvents: { cat?: string; dur?: number; args?: { bytes?: number } }[] };
    const of = (cat: string) => traceEvents.filter((event) => event.cat === cat);
    const sum = (events: { dur?: number }[]): number => events.reduce((total, { dur = 0 }) => total + dur, 0);
    const db = await imported(file);
    expect(ask(profileTool('kernels'), db, {})).toMatchObject({ facts: { kernels: of('kernel').length, totalMs: expect.closeTo(sum(of('kernel')) / 1e3, 6) as number } });
    expect(ask(profileTool('memcpy'), db, {})).toMatchObject({ facts: { copies: of('gpu_memcpy').length, megabytes: expect.closeTo(of('gpu_memcpy').reduce((total, { args }) => total + (args?.bytes ?? 0), 0) / 1e6, 6) as number } });
    expect(ask(profileTool('api_sum'), db, {})).toMatchObject({ facts: { calls: of('cuda_runtime').length } });
    expect(ask(profileTool('launch'), db, {})).toMatchObject({ facts: { joined: 1 } });
    expect(ask(profileTool('nvtx'), db, {})).toMatchObject({ facts: { ranges: of('cpu_op').length + of('user_annotation').length } });
  });
});

test.each([
  ['void f<float>(float*)', 'f'],
  ['void at::native::(anonymous namespace)::g<float, 4, at::X<int>>(at::T&, int)', 'g'],
  ['ampere_sgemm_128x64_tn', 'ampere_sgemm_128x64_tn'],
  ['ncclDevKernel_AllReduce_Sum_f32_RING_LL(ncclDevComm*, unsigned long)', 'ncclDevKernel_AllReduce_Sum_f32_RING_LL'],
  ['void cub::Policy<int>::run<4>(int)', 'run'],
])('the short name of %s is %s', (name, short) => {
  expect(shortKernelName(name)).toBe(short);
});
