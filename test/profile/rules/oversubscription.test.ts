import { join } from 'node:path';
import { expect, it } from 'vitest';
import { seededRandom } from '../../../src/core/stats/random.js';
import { Asked } from '../../../src/profile/rules/asked.js';
import { analyzeProfile, type Analysis } from '../../../src/profile/rules/analyze.js';
import { crowds, runnableBy } from '../../../src/profile/rules/host/runnable.js';
import type { ProfileDatabase } from '../../../src/profile/tools/open.js';
import { globalTidOf, writeExport, type ExportRows } from '../nsys-export.js';
import { imported } from '../programs.js';
import { temporaryFolder } from '../temporary-folder.js';

const strings = { 1: 'sem_wait' };
const processors = (count: number) => ({ TARGET_INFO_SYSTEM_ENV: [{ name: 'CpuCores', value: String(count) }] });
const exported = async (rows: ExportRows): Promise<ProfileDatabase> => imported([writeExport(join(temporaryFolder(), 'made.sqlite'), rows, { strings })], temporaryFolder());
const analyzed = async (rows: ExportRows): Promise<Analysis> => analyzeProfile(await exported(rows), { file: 'made', repo: null });

/** Threads that come back from a call every 10 ms, and are in none for the rest of it. */
const working = (threads: number, inCallMs = 1) => Array.from({ length: threads }, (_, thread) => Array.from({ length: 100 }, (_turn, turn) => ({ start: turn * 1e7, end: turn * 1e7 + inCallMs * 1e6, globalTid: globalTidOf(100, thread + 1), nameId: 1, nestingLevel: 0 }))).flat();

/** As many nanoseconds as moments at which more than so many threads could run, counted one by one. */
function countedByMoment(spells: readonly { from: number; to: number }[], most: number): { crowdedNs: number; waitNs: number } {
  let crowdedNs = 0;
  let waitNs = 0;
  for (let at = 0; at < 2000; at++) {
    const count = spells.filter(({ from, to }) => from <= at && at < to).length;
    if (count > most) [crowdedNs, waitNs] = [crowdedNs + 1, waitNs + 1 - most / count];
  }
  return { crowdedNs, waitNs };
}

it('counts threads that run or were taken off while they could as counting each moment does, each process by itself', async () => {
  const random = seededRandom('crowds');
  const int = (below: number): number => Math.floor(random() * below);
  const threads = [7, 8].flatMap((pid) => [1, 2, 3, 4].map((tid) => ({ pid, tid, switches: Array.from({ length: 2 * (3 + int(6)) }, () => int(1000) * 2).sort((a, b) => a - b).filter((at, i, all) => all.indexOf(at) === i).map((start, i) => ({ start, isSchedIn: i % 2 === 0 ? 1 : 0, threadState: i % 2 === 0 ? 0 : 1 + int(3) })) })));
  const db = await exported({ ...processors(2), SCHED_EVENTS: threads.flatMap(({ pid, tid, switches }) => switches.map((one) => ({ ...one, cpu: 0, globalTid: globalTidOf(pid, tid) }))) });
  const asked = new Asked(db, 'made', null);
  const origin = Number(asked.origin);
  const found = crowds(asked, 'scheduler', 2);
  expect(found).toHaveLength(2);
  for (const [index, pid] of [7, 8].entries()) {
    const spells = threads.filter((one) => one.pid === pid).flatMap(({ switches }) => switches.slice(0, -1).flatMap(({ start, isSchedIn, threadState }, i) => (isSchedIn === 1 || threadState === 1 ? [{ from: start - origin, to: (switches[i + 1]?.start ?? 0) - origin }] : [])));
    const { crowdedNs, waitNs } = countedByMoment(spells, 2);
    expect(crowdedNs).toBeGreaterThan(0);
    expect((found[index]?.crowdedMs ?? 0) * 1e6).toBeCloseTo(crowdedNs, 6);
    expect((found[index]?.waitMs ?? 0) * 1e6).toBeCloseTo(waitNs, 6);
  }
});

it('finds six threads on two processors by their calls alone, with low confidence and never more than the time that is crowded', async () => {
  const { findings } = await analyzed({ ...processors(2), OSRT_API: working(6) });
  expect(findings.map(({ rule, confidence }) => [rule, confidence])).toEqual([['C1-oversubscription', 'low']]);
  // Nine of ten milliseconds with six threads: each gets a third of a processor's time.
  expect(findings[0]?.headroom_ms).toBeCloseTo((99 * 9 * 2) / 3, 6);
  expect(findings[0]?.evidence[0]?.place).toMatchObject({ table: 'OSRT_API' });
});

it.each([
  ['as many threads as processors', { ...processors(6), OSRT_API: working(6) }],
  ['one more than processors', { ...processors(5), OSRT_API: working(6) }],
  ['threads that wait nearly all the time', { ...processors(2), OSRT_API: working(6, 9.5) }],
])('is silent on %s', async (_what, rows) => {
  const { findings, quiet } = await analyzed(rows);
  expect(findings).toEqual([]);
  expect(quiet).toContain('C1-oversubscription');
});

it('does not count a call within a call, nor what nsys notes of no thread', async () => {
  const inner = working(6).map((call) => ({ ...call, start: call.start + 1000, end: call.end - 1000, nestingLevel: 1 }));
  const ofNone = working(1).map((call) => ({ ...call, globalTid: globalTidOf(100, 0) }));
  const [plain, more] = [await analyzed({ ...processors(2), OSRT_API: working(6) }), await analyzed({ ...processors(2), OSRT_API: [...working(6), ...inner, ...ofNone] })];
  expect(more.findings[0]?.headroom_ms).toBe(plain.findings[0]?.headroom_ms);
});

it('goes by calls where the scheduler does not say why a thread was taken off, and says what it lacks', async () => {
  const silent = [0, 1].map((isSchedIn) => ({ start: isSchedIn, cpu: 0, isSchedIn, globalTid: globalTidOf(100, 1), threadState: 0 }));
  expect(runnableBy(new Asked(await exported({ SCHED_EVENTS: silent, OSRT_API: working(1) }), 'made', null))).toBe('calls');
  const reason = async (rows: ExportRows): Promise<string | undefined> => (await analyzed(rows)).abstained.find(({ rule }) => rule === 'C1-oversubscription')?.reason;
  expect(await reason({ ...processors(2), SCHED_EVENTS: silent })).toContain('--cpuctxsw=process-tree');
  expect(await reason({ OSRT_API: working(6) })).toContain('how many processors');
});
