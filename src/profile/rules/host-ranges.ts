import { processNumber } from '../tools/process-number.js';
import type { Asked } from './asked.js';

export type RangeKind = 'data' | 'collector' | 'lock';

/** A range of NVTX during which a Python program does not compute. Nanoseconds from the profile's first event. */
export interface HostRange {
  kind: RangeKind;
  name: string;
  /** Row id in NVTX_EVENTS. */
  row: number;
  startNs: number;
  endNs: number;
  /** See processNumber. */
  process: number;
}

/**
 * PyTorch marks `enumerate(DataLoader)#_SingleProcessDataLoaderIter.__next__` (torch/utils/data/dataloader.py); nsys marks waits for
 * Python's lock and collections with --trace=python-gil and --python-functions-trace (Nsight Systems User Guide).
 */
const kinds: Record<RangeKind, RegExp> = {
  data: /DataLoader.*__next__|^(data_?load(ing|er)?|load_?(data|batch)|next_?batch|get_?batch|data_?(wait|fetch|time))\b/i,
  collector: /^(python )?(gc|garbage[ _-]?collect\w*)\b|gc\.collect/i,
  lock: /(wait\w*|acquir\w*)\b.*\bGIL\b|\bGIL\b.*\b(wait|acquir)/i,
};

const like = (column: string): string => ['load', 'batch', 'data', 'gc', 'garbage', 'gil'].map((part) => `${column} LIKE '%${part}%'`).join(' OR ');

/** Registered texts are looked at once each, and not for each range. */
const sql = `
SELECT NVTX_EVENTS.rowid AS row, COALESCE(text, value) AS name, start - :origin AS startNs, "end" - :origin AS endNs,
  ${processNumber('globalTid')} AS process
FROM NVTX_EVENTS LEFT JOIN StringIds ON StringIds.id = textId
WHERE eventType IN (59, 60) AND "end" IS NOT NULL
  AND (${like('text')} OR (text IS NULL AND textId IN (SELECT id FROM StringIds WHERE ${like('value')})))
ORDER BY start`;

/** In the order of their start; none where ranges were not captured. */
export function hostRanges(asked: Asked): HostRange[] {
  return asked.once('ranges', () => {
    if (!asked.tables.has('NVTX_EVENTS')) return [];
    const rows = asked.db.prepare<[object], Omit<HostRange, 'kind'>>(sql).all({ origin: asked.origin });
    return rows.flatMap((row) => {
      const kind = (Object.keys(kinds) as RangeKind[]).find((one) => kinds[one].test(row.name));
      return kind === undefined ? [] : [{ kind, ...row }];
    });
  });
}
