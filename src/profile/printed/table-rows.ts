import { foldedFrame } from '../import/written-frame.js';
import { nativeFrame } from '../import/native-frame.js';
import { ruledTables, type RuledTable } from './columns.js';
import { summed, type HotRow } from './hot-row.js';

/** What perf writes before a symbol: `[.]` of a user, `[k]` of the kernel, `[g]` and others of guests. */
const privilege = /^\[[.kgHuw]\]\s+/;

/** A number as columns hold it, with its unit. */
const measure = /^[-+]?\d[\d.,]*(?:e[-+]?\d+)?(?:%|[a-zµ]{1,3}|[kKMG]?i?B)?$/;

/** Names of columns, the one to take first. */
const columns = {
  share: [/^self$/, /^%?\s*(?:own|self)\b.*%|%own/, /^overhead$/, /^(?!.*(?:total|cum|children)).*(?:%|percent|share)/, /%|percent|children/],
  name: [/^symbol/, /^function/, /^name$/, /^range$/, /^operation$/],
  object: [/^shared object$/, /^dso$/],
  samples: [/^samples$/],
} as const;

/** The rows of printed tables; of several tables of the same functions the highest share counts. Empty: there is none. */
export function tableRows(text: string): HotRow[] {
  const lines = text.split(/\r?\n/);
  const tables = ruledTables(lines).map(ruledRows).filter((rows) => rows.length > 0);
  const found = tables.length > 0 ? tables : [looseRows(lines)];
  const highest = new Map<string, HotRow>();
  for (const row of found.flatMap((rows) => summed(rows))) {
    const key = [row.function, row.file, row.line].join('\0');
    if ((highest.get(key)?.share ?? -1) < row.share) highest.set(key, row);
  }
  return [...highest.values()].sort((one, other) => other.share - one.share);
}

function ruledRows({ names, rows }: RuledTable): HotRow[] {
  const columnOf = (patterns: readonly RegExp[]): number => patterns.map((pattern) => names.findIndex((name) => pattern.test(name))).find((at) => at !== -1) ?? -1;
  const [share, name, object, samples] = [columnOf(columns.share), columnOf(columns.name), columnOf(columns.object), columnOf(columns.samples)];
  if (share === -1 || name === -1) return [];
  return rows.flatMap((cells) => {
    const part = shareIn(cells[share] ?? '');
    const count = Number((cells[samples] ?? '').replaceAll(',', '') || Number.NaN);
    return part === null || (cells[name] ?? '') === '' ? [] : [rowOf(cells[name] ?? '', object === -1 ? null : (cells[object] ?? ''), part, Number.isFinite(count) ? count : null)];
  });
}

/** Lines of numbers and then a name, as gprof, pprof and py-spy print them. Without any percent sign the first number is the share, where a line before says so. */
function looseRows(lines: readonly string[]): HotRow[] {
  const header = lines.findIndex((line) => /^\s*%|%\s*(?:$|\s[a-z])/i.test(line) && !/\d%/.test(line));
  return lines.flatMap((line, at) => {
    const words = line.trim().split(/\s+/);
    const end = words.findIndex((word) => !measure.test(word));
    if (end < 1) return [];
    const name = line.trim().replace(new RegExp(`^(?:\\S+\\s+){${end}}`), '');
    const withSign = words.slice(0, end).filter((word) => word.endsWith('%'));
    // perf puts the share with callees first, others that of the function alone.
    const symbol = /(?:^|\s)(\[[.kgHuw]\]\s.*)$/.exec(name)?.[1];
    const written = withSign.length > 0 ? (symbol === undefined ? withSign[0] : withSign.at(-1)) : header !== -1 && at > header ? words[0] : undefined;
    const part = shareIn(written ?? '');
    return part === null ? [] : [rowOf(symbol ?? name, null, part, null)];
  });
}

/** Of `12.3%`, `12.3` or `1,2`: 0 to 1; null for what is no share. Sampling profilers round, and so print 100.17 (gprof). */
function shareIn(text: string): number | null {
  const number = /^\d+(?:[.,]\d+)?(?:e-?\d+)?(?=%?$)/.exec(text.trim())?.[0];
  const percent = Number(number?.replace(',', '.') ?? Number.NaN);
  return percent >= 0 && percent < 101 ? Math.min(1, percent / 100) : null;
}

function rowOf(written: string, object: string | null, share: number, samples: number | null): HotRow {
  const symbol = written.replace(privilege, '').trim();
  const { frame, line } = object === null ? foldedFrame(symbol) : { frame: nativeFrame(symbol, object), line: null };
  return { function: frame.name, file: frame.kind === 'source' && frame.module !== '' ? frame.module : null, line: line ?? frame.line, share, samples };
}
