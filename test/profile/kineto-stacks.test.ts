import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { importProfile } from '../../src/profile/import/import.js';
import { kinetoFrame } from '../../src/profile/import/kineto/stacks.js';
import { openProfile, type ProfileDatabase } from '../../src/profile/tools/open.js';
import { temporaryFolder } from './temporary-folder.js';

interface Event {
  cat: string;
  name: string;
  ts: number;
  dur: number;
  pid?: number;
  tid?: number;
  args?: object;
}

const epoch = 1_695_835_542_000_000;

async function imported(traces: { events: Event[]; around?: object }[]): Promise<ProfileDatabase> {
  const folder = temporaryFolder();
  const files = traces.map(({ events, around = {} }, i) => {
    const file = join(folder, `rank${i}.json`);
    writeFileSync(file, JSON.stringify({ ...around, traceEvents: events.map((event) => ({ ph: 'X', pid: 42, tid: 43, ...event, ts: epoch + event.ts })) }));
    return file;
  });
  await importProfile({ files, kind: 'torch', database: join(folder, 'p.sqlite') });
  const db = openProfile(join(folder, 'p.sqlite'));
  onTestFinished(() => void db.close());
  return db;
}

/** Each stack of names from the outside in, with the microseconds that it took. */
const stacks = (db: ProfileDatabase): Map<string, number> => new Map(db.prepare<[], [string, number]>(`
  SELECT (SELECT GROUP_CONCAT(value, ';') FROM (SELECT value FROM PERFLOOP_STACK_FRAMES JOIN PERFLOOP_FRAMES ON PERFLOOP_FRAMES.id = frame JOIN StringIds ON StringIds.id = symbol
    WHERE PERFLOOP_STACK_FRAMES.stack = PERFLOOP_SAMPLES.stack ORDER BY stackDepth DESC)) AS path, SUM(durationNs) / 1000
  FROM PERFLOOP_SAMPLES GROUP BY 1`).raw().all());

describe('functions of Python in a trace of PyTorch', () => {
  it('become stacks: what is open at a time, with operators and calls of CUDA on top', async () => {
    let seed = 11;
    const random = (below: number): number => (seed = (seed * 48_271) % 2_147_483_647) % below;
    const events: Event[] = [];
    const expected = new Map<string, number>();
    /** Fills a span with calls, and counts what each stack gets of it by itself. */
    const fill = (path: string[], from: number, to: number): void => {
      let own = 0;
      for (let at = from; at < to; ) {
        const gap = Math.min(random(5), to - at);
        own += gap;
        at += gap;
        const length = Math.min(1 + random(40), to - at);
        // Of two that begin and end together, nobody can say which called the other.
        if (length < 2 || path.length > 5 || length === to - from) {
          own += length;
        } else {
          const kind = (['python_function', 'python_function', 'cpu_op', 'cuda_runtime'] as const)[random(4)] ?? 'cpu_op';
          const name = kind === 'python_function' ? `f${random(4)}` : `op${random(3)}`;
          events.push({ cat: kind, name: kind === 'python_function' ? `/repo/train.py(${random(2) + 3}): ${name}` : name, ts: at, dur: length });
          fill([...path, name], at, at + length);
        }
        at += length;
      }
      expected.set(path.join(';'), (expected.get(path.join(';')) ?? 0) + own);
    };
    events.push({ cat: 'python_function', name: '/repo/train.py(1): main', ts: 0, dur: 3000 });
    fill(['main'], 0, 3000);
    for (const [path, us] of expected) if (us === 0) expected.delete(path);
    const db = await imported([{ events: events.toSorted((a, b) => a.name.localeCompare(b.name)) }]);
    expect(stacks(db)).toEqual(expected);
    expect(db.prepare('SELECT SUM(ns) FROM PERFLOOP_CHARGES').pluck().get()).toBe(3_000_000);
  });

  it('are not made of a trace without any, and threads without any have none', async () => {
    const op = { cat: 'cpu_op', name: 'aten::mm', ts: 5, dur: 10 };
    expect(stacks(await imported([{ events: [op] }])).size).toBe(0);
    const db = await imported([{ events: [op, { ...op, tid: 99 }, { cat: 'python_function', name: 'train.py(3): step', ts: 0, dur: 20 }] }]);
    expect(stacks(db)).toEqual(new Map([['step', 10], ['step;aten::mm', 10]]));
    expect(db.prepare("SELECT COUNT(*) FROM sqlite_master WHERE name LIKE 'KINETO%'").pluck().get()).toBe(0);
  });

  it('are not charged with waiting: for the device, a lock or the clock', async () => {
    const waits = ['cudaStreamSynchronize', 'cudaDeviceSynchronize', 'cudaMemcpy', 'cuMemcpyDtoH_v2', '<built-in function sleep>', '<built-in method acquire of _thread.lock object at 0x7f10>'];
    const works = ['cudaLaunchKernel', 'cudaMemcpyAsync', 'cuMemcpyHtoDAsync_v2', '<built-in function len>', '<built-in method append of list object at 0x7f10>'];
    const db = await imported([{ events: [
      { cat: 'python_function', name: '/repo/train.py(3): step', ts: 0, dur: 1000 },
      ...[...waits, ...works].map((name, i) => ({ cat: name.startsWith('<') ? 'python_function' : 'cuda_runtime', name, ts: 10 + i * 20, dur: 10 })),
    ] }]);
    expect(db.prepare('SELECT category, SUM(ns) FROM PERFLOOP_CHARGES GROUP BY 1 ORDER BY 1').raw().all()).toEqual([['code', 1_000_000 - waits.length * 10_000], ['idle', waits.length * 10_000]]);
  });

  it.each([
    ['train.py(12): main', { name: 'main', module: 'train.py', line: 12, kind: 'source' }],
    ['/repo/data/load.py(7): __getitem__', { name: '__getitem__', module: '/repo/data/load.py', line: 7, kind: 'source' }],
    ['torch/nn/modules/module.py(1501): _call_impl', { kind: 'library' }],
    ['threading.py(300): wait', { kind: 'library' }],
    ['<built-in method randn of type object at 0x7f10>', { name: '<built-in method randn of type object>', kind: 'builtin' }],
    ['aten::addmm', { name: 'aten::addmm', kind: 'builtin', line: null }],
  ])('%s', (name, frame) => {
    expect(kinetoFrame(name)).toMatchObject(frame);
  });
});

describe('a PyTorch without Kineto', () => {
  it('gives operators, by the form of its trace', async () => {
    const folder = temporaryFolder();
    const file = join(folder, 'a.json');
    writeFileSync(file, JSON.stringify([{ name: 'aten::mm', ph: 'X', ts: 965, dur: 571, tid: 1, pid: 'CPU functions', args: {} }]));
    await importProfile({ files: [file], kind: 'auto', database: join(folder, 'p.sqlite') });
    const db = openProfile(join(folder, 'p.sqlite'));
    expect(db.prepare('SELECT value, "end" - start AS ns FROM NVTX_EVENTS JOIN StringIds ON StringIds.id = textId').all()).toEqual([{ value: 'aten::mm', ns: 571_000 }]);
    db.close();
  });
});

describe('traces of several ranks', () => {
  const rank = (number: number, { at = 0, world = 2 } = {}): { events: Event[]; around: object } => ({
    around: { distributedInfo: { rank: number, world_size: world }, deviceProperties: [{ id: 0, name: 'NVIDIA H100' }] },
    events: [
      { cat: 'cuda_runtime', name: 'cudaLaunchKernel', ts: at, dur: 2, args: { correlation: 1 } },
      { cat: 'kernel', name: 'ncclDevKernel_AllReduce', ts: at + 5, dur: 10, args: { device: 0, stream: 7, correlation: 1 } },
    ],
  });

  it('are kept apart though process, device and correlation ids are the same, and their times are of one clock', async () => {
    const db = await imported([rank(1, { at: 100 }), rank(0)]);
    expect(db.prepare('SELECT rank, file, globalPid / 0x1000000 % 0x1000000 AS pid FROM PERFLOOP_RANKS ORDER BY rank').all()).toEqual([{ rank: 0, file: 'rank1.json', pid: 42 }, { rank: 1, file: 'rank0.json', pid: 42 }]);
    const joined = db.prepare(`SELECT rank, k.start - r.start AS queue, k.start, deviceId FROM PERFLOOP_RANKS JOIN CUPTI_ACTIVITY_KIND_KERNEL k USING (globalPid)
      JOIN CUPTI_ACTIVITY_KIND_RUNTIME r USING (globalPid, correlationId) ORDER BY rank`).all();
    expect(joined).toEqual([{ rank: 0, queue: 5000, start: -95_000, deviceId: 1 }, { rank: 1, queue: 5000, start: 5000, deviceId: 0 }]);
    expect(db.prepare('SELECT id, name FROM TARGET_INFO_GPU ORDER BY id').raw().all()).toEqual([[0, 'NVIDIA H100'], [1, 'NVIDIA H100']]);
    expect(db.prepare('SELECT text FROM PERFLOOP_NOTES').pluck().all()).toContain('rank1.json is of rank 0 of 2.');
  });

  it('that were not recorded on one day count from their own beginnings', async () => {
    const db = await imported([rank(0), rank(1, { at: 3 * 86_400e6 })]);
    expect(db.prepare('SELECT start FROM CUPTI_ACTIVITY_KIND_KERNEL').pluck().all()).toEqual([5000, 5000]);
    expect(db.prepare('SELECT text FROM PERFLOOP_NOTES').pluck().all()).toContainEqual(expect.stringContaining('at quite another time'));
  });
});
