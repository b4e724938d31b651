import { z } from 'zod';
import { entry } from '../entry.js';
import { Numbers } from '../numbers.js';
import type { ProfileDatabase } from '../open.js';
import { tablesOf } from '../tables.js';
import { defineTool, firstRows } from '../tool.js';
import { sweepRanges } from './range-sweep.js';
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
  /** On the host, from push to pop or start to end. */
  totalMs: z.number(),
  medianMs: z.number(),
  maxMs: z.number(),
  /** Of that, while it was the innermost of its thread; null for ranges by start and end, which do not nest. */
  selfMs: z.number().nullable(),
  /** Of kernels that were launched within these ranges, on the devices; null where launches were not captured. */
  gpuMs: z.number().nullable(),
  /** Of those, where no other range was between the launch and this one. */
  gpuSelfMs: z.number().nullable(),
  kernels: z.int().nullable(),
});

const facts = z.object({ ranges: z.int(), open: z.int(), marks: z.int(), names: z.int() });

/** Launches, in the order in which each thread made them, with the time of the kernel on its device. */
const launchesSql = `
SELECT r.globalTid, r.start, k."end" - k.start AS value
FROM CUPTI_ACTIVITY_KIND_RUNTIME AS r CROSS JOIN CUPTI_ACTIVITY_KIND_KERNEL AS k ON k.globalPid = r.globalPid AND k.correlationId = r.correlationId`;

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
    const projected = tables.has('CUPTI_ACTIVITY_KIND_KERNEL') && tables.has('CUPTI_ACTIVITY_KIND_RUNTIME');
    const wanted = match?.toLowerCase() ?? '';
    const all = groupsOf(db, by, projected).filter(({ label }) => label.toLowerCase().includes(wanted)).map((group) => ({
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
      notes: projected ? [] : ['Kernels and their launches were not both captured: what ranges made the devices do is not known.'],
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

  constructor(readonly label: string) {}
}

function groupsOf(db: ProfileDatabase, by: 'name' | 'tree', projected: boolean): Group[] {
  const root = new Group('');
  const all: Group[] = [];
  let launches = 0;
  sweepRanges<Group>(db, projected ? launchesSql : null, {
    begin(name, start, end, parent, nests) {
      const around = by === 'tree' && nests && parent !== null ? parent : root;
      const group = entry(around.within, name, () => {
        const made = new Group(around === root ? name : `${around.label} > ${name}`);
        all.push(made);
        return made;
      });
      group.count += 1;
      group.totalNs += end - start;
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
