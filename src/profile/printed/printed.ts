import { PerfloopError } from '../../core/errors.js';
import { cutNote } from '../../measure/bounded-output.js';
import { summed, type HotRow } from './hot-row.js';
import { jsonRows } from './json-rows.js';
import { tableRows } from './table-rows.js';

/**
 * The hot functions that a command printed, hottest first: a JSON list of `{function, file, line, self_percent | self_share |
 * samples}`, or a table with a column of percentages and one of names. Throws PL_ANALYZE_OUTPUT.
 */
export function printedRows(text: string): HotRow[] {
  const whole = text.trim();
  if (whole.includes(cutNote.trim())) throw refused('is too long, so that a part of it is missing');
  if (whole === '') throw refused('is empty');
  if (!/^(?:\{|\[\s*[{\]])/.test(whole)) {
    const rows = tableRows(text);
    if (rows.length === 0) throw refused('has no row with a percentage and a name');
    return rows;
  }
  const rows = jsonRows(parsed(whole));
  if (typeof rows === 'string') throw refused(rows);
  return summed(rows);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw refused(`begins as JSON and is none: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function refused(what: string): PerfloopError {
  return new PerfloopError('PL_ANALYZE_OUTPUT', `what the command printed ${what}`, { fix: 'Let it print a JSON list such as [{"function": "step", "file": "src/a.py", "line": 12, "self_percent": 40.5}], or a table such as that of `perf report --stdio`.' });
}
