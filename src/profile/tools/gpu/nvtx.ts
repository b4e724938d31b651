import { z } from 'zod';
import { entry } from '../entry.js';
import { Numbers } from '../numbers.js';
import type { ProfileDatabase } from '../open.js';
import { tablesOf } from '../tables.js';
import { defineTool, firstRows } from '../tool.js';
import type { PointsOfCall } from './call-points.js';
import { launchesOf } from './columns/launches.js';
import { workColumns, workKinds } from './columns/work.js';
import { openRangeNotes } from './open-ranges.js';
import { sweepRanges, type BegunRange } from './range-sweep.js';
import { limitSchema } from './support.js';

const input = z.object({
  by: z.enum(['name', 'tree']).default('name').describe('What makes a row: a name, or a name within the ranges around it, from the outermost.'),
  match: z.string().max(500).nullable().default(null).describe('Only ranges whose text contains this, in any letter case.'),
  limit: limitSchema,
});

const row = z.object({
  /** In a tree, the names from the outermost, with ` > ` between them. PyTorch's numbers of operators are cut off. */
  range: z.string(),
  count: z.int(),
  /** On the host, from push to pop or start to end. One that was pushed within another of its name on its thread adds nothing: that has its time. */
  totalMs: z.number(),
  medianMs: z.number(),
  maxMs: z.number(),
  /** Of that, while it was the innermost of its thread; null for ranges by start and end, which do not nest. */
  selfMs: z.number().nullable(),
  /** Of kernels, and graphs that were traced as a whole, that were launched within these ranges, on the devices; null where launches were not captured. */
  gpuMs: z.number().nullable(),
  /** Of those, where no other range was between the launch and this one. */
  gpuSelfMs: z.number().nullable(),
  /** A graph that was traced as a whole counts as one. */
  kernels: z.int().nullable(),
});

const facts = z.object({ ranges: z.int(), open: z.int(), marks: z.int(), names: z.int() });

const factsSql = `
SELECT COUNT(CASE WHEN eventType IN (59, 60) THEN 1 END) AS ranges, COUNT(CASE WHEN eventType IN (59, 60) AND "end" IS NULL THEN 1 END) AS open,
  COUNT(CASE WHEN eventType = 34 THEN 1 END) AS marks FROM NVTX_EVENTS`;

export const nvtx = defineTool({
  name: 'nvtx',
  aliases: ['nsys_sql_nvtx'],
  summary: 'ranges of NVTX by name or as a tree: how long on the host, alone and in all, and what they made the devices do',
  needs: { NVTX_EVENTS: 'profile with `nsys profile -t nvtx`, and mark the program\'s phases with NVTX' },
  input,
  row,
  facts,
  run(db, { by, match, limit }) {
    const tables = tablesOf(db);
    const projected = ['CUPTI_ACTIVITY_KIND_KERNEL', 'CUPTI_ACTIVITY_KIND_GRAPH_TRACE'].some((table) => tables.has(table)) && tables.has('CUPTI_ACTIVITY_KIND_RUNTIME');
    const wanted = match?.toLowerCase() ?? '';
    const all = groupsOf(db, by, projected ? kernelTimes(db) : null).filter(({ label }) => label.toLowerCase().includes(wanted)).map((group) => ({
      range: group.label,
      count: group.count,
      totalMs: group.totalNs / 1e6,
      medianMs: (group.times.median() ?? 0) / 1e6,
      maxMs: group.maxNs / 1e6,
      selfMs: group.nests ? group.selfNs / 1e6 : null,
      gpuMs: projected ? group.gpuNs / 1e6 : null,
      gpuSelfMs: projected && group.nests ? group.gpuSelfNs / 1e6 : null,
      kernels: projected ? group.kernels : null,
    }));
    all.sort((a, b) => b.totalMs - a.totalMs || (a.range < b.range ? -1 : 1));
    return {
      ...firstRows(all, limit),
      facts: { ...(db.prepare<[], Omit<z.infer<typeof facts>, 'names'>>(factsSql).get() ?? { ranges: 0, open: 0, marks: 0 }), names: all.length },
      notes: [...openRangeNotes(db), ...(projected ? [] : ['Kernels and their launches were not both captured: what ranges made the devices do is not known.'])],
    };
  },
});

/** What makes a row. Times in nanoseconds. */
class Group {
  readonly within = new Map<string, Group>();
  readonly times = new Numbers();
  count = 0;
  totalNs = 0;
  maxNs = 0;
  selfNs = 0;
  nests = false;
  kernels = 0;
  gpuNs = 0;
  gpuSelfNs = 0;
  /** The launch that was counted last: ranges of one name that nest count it once. */
  lastLaunch = -1;
  /** The thread of the range that was pushed last, and until when this group's ranges on it reach. */
  #pushed = { thread: -1, until: 0 };

  constructor(readonly label: string) {}

  /** What the range adds to the time of the group's ranges on its thread. They come in the order of their starts, thread by thread. */
  addedBy({ thread, start, end }: BegunRange): number {
    const from = this.#pushed.thread === thread ? Math.max(start, this.#pushed.until) : start;
    if (end <= from) return 0;
    this.#pushed = { thread, until: end };
    return end - from;
  }
}

/** Of each call the time of each kernel and graph that it launched, on its device. */
function kernelTimes(db: ProfileDatabase): PointsOfCall {
  const [work, launches] = [workColumns(db), launchesOf(db)];
  const [kernel, graph] = [workKinds.indexOf('kernel'), workKinds.indexOf('graph')];
  return (call, point) => launches.eachWork(call, (at) => {
    if (work.kind[at] === kernel || work.kind[at] === graph) point(work.end[at]! - work.start[at]!);
  });
}

/** `times`: of launches; null where they were not captured. */
function groupsOf(db: ProfileDatabase, by: 'name' | 'tree', times: PointsOfCall | null): Group[] {
  const root = new Group('');
  const all: Group[] = [];
  let launches = 0;
  sweepRanges<Group>(db, times, {
    begin(range, parent) {
      const { name, start, end, nests } = range;
      const around = by === 'tree' && nests && parent !== null ? parent : root;
      const group = entry(around.within, name, () => {
        const made = new Group(around === root ? name : `${around.label} > ${name}`);
        all.push(made);
        return made;
      });
      group.count += 1;
      group.totalNs += nests ? group.addedBy(range) : end - start;
      group.times.add(end - start);
      group.maxNs = Math.max(group.maxNs, end - start);
      group.nests ||= nests;
      return group;
    },
    alone(group, ns) {
      group.selfNs += ns;
    },
    point(around, innermost, ns) {
      launches += 1;
      for (const { group } of around) {
        if (group.lastLaunch === launches) continue;
        group.lastLaunch = launches;
        group.kernels += 1;
        group.gpuNs += ns;
      }
      if (innermost !== null) innermost.gpuSelfNs += ns;
    },
  });
  return all;
}
