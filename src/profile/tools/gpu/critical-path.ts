import { z } from 'zod';
import { entry } from '../entry.js';
import type { ProfileDatabase } from '../open.js';
import { pidOf } from '../process-number.js';
import { hasTable } from '../tables.js';
import { defineTool, firstRows } from '../tool.js';
import { readCalls, readOperations, workName, type Calls, type Operations } from './critical-path/read.js';
import { pathKinds, walkBack, type PathKind, type Segments } from './critical-path/walk.js';
import { workColumns, type WorkColumns } from './columns/work.js';
import { textOf } from './columns/work-names.js';
import { directionLabels } from './labels.js';
import { communication } from './communication.js';
import { limitSchema, workCaptured } from './support.js';

const input = z.object({
  process: z.int().min(0).nullable().default(null).describe('Its pid; without it the one that ends last.'),
  limit: limitSchema,
});

const kind = z.enum(pathKinds);

const row = z.object({
  /** What it is: host (code outside of calls of CUDA), call, launch, queue, compute, communication, copy, return (of a call that waited), unknown. */
  kind,
  /** Kernel, or call. */
  name: z.string(),
  /** Stretches on the path. */
  count: z.int(),
  /** On the path. Without it, the program takes at least the rest: no more than this can be saved. */
  headroomMs: z.number(),
  /** Of the whole time, 0 to 1. */
  share: z.number(),
  longestMs: z.number(),
  longestAtMs: z.number(),
});

const facts = z.object({
  process: z.int(),
  /** From the profile's first event to the process' last: the sum of the path. */
  spanMs: z.number(),
  /** Milliseconds of the path by their kind. */
  ms: z.record(z.string(), z.number()),
  /** The kind with the most. */
  bound: kind,
});

/** Calls whose purpose is to wait, by the names that CUPTI gives. Copies that wait are told by the end of the copy. */
const waitsSql = "SELECT id FROM StringIds WHERE value LIKE 'cuda%Synchronize%' OR value LIKE 'cu%Synchronize%' OR value GLOB 'cudaFree_v*' OR value IN ('cudaFree', 'cuMemFree', 'cuMemFree_v2')";

/**
 * What the program's time hung on. The idea is that of critical path analysis in Holistic Trace Analysis (github.com/facebookresearch/HolisticTraceAnalysis,
 * "Lightweight Critical Path Analysis"): host and devices as one graph of what waits for what. Here the path is walked back from the
 * end, to what arrived last (see walkBack), which takes no graph. Where the path is what really hung on one another, a program without
 * a part of it still takes the rest of it.
 */
export const criticalPath = defineTool({
  name: 'critical_path',
  aliases: ['nsys_sql_critical_path'],
  summary: 'what the program\'s time hung on, over host and devices, and so what each thing can save at most',
  needs: { PERFLOOP_DEVICE_WORK: workCaptured },
  input,
  row,
  facts,
  run(db, { process: asked, limit }) {
    const all = processesOf(workColumns(db));
    const chosen = asked === null ? all[0] : all.find((one) => pidOf(one) === asked);
    if (chosen === undefined) return { abstained: asked === null ? 'no device did any work' : `no work of process ${asked} is in it; that of ${all.slice(0, 10).map(pidOf).join(', ')} is` };
    const ids = (sql: string): Set<number> => new Set(db.prepare<[], number>(sql).pluck().all());
    const names = { waiting: ids(waitsSql), communicating: ids(`SELECT id FROM StringIds WHERE ${communication('value')}`) };
    const operations = readOperations(db, chosen);
    const calls = readCalls(db, { process: chosen, waiting: names.waiting }, operations);
    const segments = walkBack(operations, calls, names);
    const spanNs = segments.end[0] ?? 0;
    const groups = grouped(segments, operations, calls);
    const ms = Object.fromEntries(pathKinds.map((of) => [of, 0])) as Record<PathKind, number>;
    for (const { kind: of, ns } of groups) ms[of] += ns / 1e6;
    const [bound = 'unknown'] = pathKinds.toSorted((a, b) => ms[b] - ms[a]);
    const communicates = operations.name.some((name) => names.communicating.has(name));
    return { ...firstRows(rowsOf(db, groups, spanNs), limit), facts: { process: pidOf(chosen), spanMs: spanNs / 1e6, ms, bound }, notes: notesOf(db, { processes: all.length, communicates }) };
  },
});

/** The processes with work on devices by their numbers, the one that ends last first; -1 where that was not captured. */
function processesOf({ process, end }: WorkColumns): number[] {
  const latest = new Map<number, number>();
  for (let at = 0; at < end.length; at++) if (process[at]! >= 0 && end[at]! > (latest.get(process[at]!) ?? -1)) latest.set(process[at]!, end[at]!);
  return latest.size === 0 ? [-1] : [...latest].sort(([, a], [, b]) => b - a).map(([number]) => number);
}

/** Stretches of one kind and name. */
interface Group {
  kind: PathKind;
  /** Of the call, or as operations name work; 0 where the kind says all. */
  name: number;
  count: number;
  ns: number;
  longest: { start: number; ns: number };
}

function grouped({ kind: kinds, at: places, start: starts, end: ends }: Segments, operations: Operations, calls: Calls): Group[] {
  const groups = pathKinds.map(() => new Map<number, Group>());
  for (let i = 0; i < kinds.length; i++) {
    const [of, at, start] = [pathKinds[kinds[i]!]!, places[i]!, starts[i]!];
    const ns = ends[i]! - start;
    const name = at < 0 ? 0 : of === 'call' || of === 'launch' || of === 'return' ? calls.name[at]! : operations.name[at]!;
    const group = entry(groups[kinds[i]!]!, name, () => ({ kind: of, name, count: 0, ns: 0, longest: { start, ns } }));
    group.count += 1;
    group.ns += ns;
    if (ns > group.longest.ns) group.longest = { start, ns };
  }
  return groups.flatMap((of) => [...of.values()]);
}

function rowsOf(db: ProfileDatabase, groups: readonly Group[], spanNs: number): z.infer<typeof row>[] {
  const text = textOf(db);
  const direction = directionLabels(db);
  const others = { host: 'code outside of calls of CUDA', queue: 'between work that was launched in time', unknown: 'a launch that is not in the profile' } as const;
  const nameOf = (of: PathKind, name: number): string => {
    if (of === 'host' || of === 'queue' || of === 'unknown') return others[of];
    if (name <= workName.copy) return `copy ${direction(workName.copy - name)}`;
    return name === workName.graph ? 'CUDA graph' : name === workName.set ? 'set of memory' : (text(name) ?? '(unnamed)');
  };
  return groups
    .toSorted((a, b) => b.ns - a.ns)
    .map(({ kind: of, name, count, ns, longest }) => ({ kind: of, name: nameOf(of, name), count, headroomMs: ns / 1e6, share: spanNs > 0 ? ns / spanNs : 0, longestMs: longest.ns / 1e6, longestAtMs: longest.start / 1e6 }));
}

function notesOf(db: ProfileDatabase, { processes, communicates }: { processes: number; communicates: boolean }): string[] {
  const notes = ['What waits for what is inferred from times, streams, launches and calls that wait: it is not recorded. Locks, queues and files are not seen, and are host code here.'];
  if (!hasTable(db, 'CUPTI_ACTIVITY_KIND_RUNTIME')) notes.push('Calls of CUDA were not captured: why a device waited is not known.');
  else if (!hasTable(db, 'CUPTI_ACTIVITY_KIND_SYNCHRONIZATION')) notes.push('Synchronizations were not captured by themselves: a call is taken to wait for the last work of its process.');
  if (processes > 1) notes.push(`It is of one of ${processes} processes; --process chooses another.`);
  if (communicates) notes.push('Kernels that communicate also wait for other devices and processes, which this does not see.');
  return notes;
}
