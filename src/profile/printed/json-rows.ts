import { z } from 'zod';
import type { HotRow } from './hot-row.js';

const rowSchema = z.object({
  function: z.string().min(1),
  file: z.string().min(1).nullish(),
  line: z.int().min(1).nullish(),
  self_percent: z.number().min(0).max(100).nullish(),
  self_share: z.number().min(0).max(1).nullish(),
  samples: z.number().min(0).nullish(),
});

type Row = z.infer<typeof rowSchema>;

/** The rows of a JSON list of functions; a sentence where it is none. Without shares, that of a row is its part of all samples. */
export function jsonRows(value: unknown): HotRow[] | string {
  const list = z.array(z.unknown()).safeParse(value);
  if (!list.success) return 'is no list; it must be one of {"function": …, "self_percent": …}';
  const rows: Row[] = [];
  for (const [index, item] of list.data.entries()) {
    const { success, data, error } = rowSchema.safeParse(item);
    if (!success) return `has a row ${index + 1} that is no function: ${error.issues.map(({ path, message }) => `${path.join('.') || 'it'}: ${message}`).join('; ')}`;
    rows.push(data);
  }
  const all = rows.reduce((sum, { samples }) => sum + (samples ?? 0), 0);
  const shareOf = ({ self_percent: percent, self_share: share, samples }: Row): number | null => share ?? (percent == null ? (samples == null ? null : all === 0 ? 0 : samples / all) : percent / 100);
  const found = rows.map((row) => ({ row, share: shareOf(row) }));
  const without = found.findIndex(({ share }) => share === null);
  if (without !== -1) return `has a row ${without + 1} without self_percent, self_share and samples`;
  const isShare = ({ self_percent: percent, self_share: share }: Row): boolean => (share ?? percent) != null;
  if (rows.some(isShare) && !rows.every(isShare)) return `has a row ${rows.findIndex((row) => !isShare(row)) + 1} with samples alone, where others have shares`;
  return found.map(({ row: { function: name, file = null, line = null, samples = null }, share }) => ({ function: name, file, line, share: share ?? 0, samples }));
}
