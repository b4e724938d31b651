import type { DiffRow, DiffSection, ProfileDiff } from './schema.js';

/** What a finding located, or a candidate touched. */
export interface Promised {
  /** Relative to the repository. */
  file: string;
  /** Null where only the file is known. */
  function: string | null;
}

/**
 * Whether the time came from where it was promised. `kept`: at least half of it did. `partly`: some of it. `elsewhere`: the
 * function does not take less. `unclear`: samples are too few to tell, or the profiles do not show it.
 */
export interface PromiseKept {
  kind: 'kept' | 'partly' | 'elsewhere' | 'unclear';
  text: string;
  /** What changed most, beyond what chance does to samples. */
  rows: DiffRow[];
}

const mostRows = 8;

/** Reads the difference of two profiles of one benchmark against what was promised. Null where they cannot be compared. */
export function promiseOf(diff: ProfileDiff, { file, function: name }: Promised): PromiseKept | null {
  const section = diff.sections.find(({ section: of, comparable }) => of === 'functions' && comparable !== 'no') ?? diff.sections.find(({ comparable }) => comparable !== 'no');
  if (section === undefined) return null;
  const rows = diff.rows.filter((row) => row.section === section.section);
  const inFile = rows.filter((row) => row.file === file || row.file?.endsWith(`/${file}`) === true);
  // The checkout that was profiled is gone: files are named from its top.
  const top = inFile[0]?.file?.slice(0, -file.length) ?? '';
  const fromTop = (path: string | null): string | null => (path !== null && top !== '' && path.startsWith(top) ? path.slice(top.length) : path);
  const shown = { rows: rows.filter(({ certain }) => certain).slice(0, mostRows).map((row) => ({ ...row, file: fromTop(row.file) })) };
  const targets = name === null ? inFile : inFile.filter((row) => row.name === name);
  if (section.section !== 'functions' || file === '') return { ...shown, kind: 'unclear', text: `${whole(section)} Which function was meant to give time back is not known.` };
  const what = name ?? file;
  if (targets.length === 0) return { ...shown, kind: 'unclear', text: `${whole(section)} Neither profile shows ${what} of its own.` };
  return { ...shown, ...judged(section, { what, targets, helpers: name === null ? [] : inFile.filter(({ change, name: other }) => change === 'new' && other !== name), rows }) };
}

function judged(section: DiffSection, { what, targets, helpers, rows }: { what: string; targets: DiffRow[]; helpers: DiffRow[]; rows: DiffRow[] }): Pick<PromiseKept, 'kind' | 'text'> {
  const sum = (of: readonly DiffRow[], key: 'beforeMs' | 'afterMs' | 'gainedMs'): number => of.reduce((total, row) => total + row[key], 0);
  const gained = sum(targets, 'gainedMs');
  const took = `${what} took ${milliseconds(sum(targets, 'beforeMs'))} of its own and takes ${milliseconds(sum(targets, 'afterMs'))}`;
  if (!targets.some(({ certain }) => certain)) return { kind: 'unclear', text: `${whole(section)} ${took}: by so few samples that may be chance.` };
  const others = rows.filter((row) => row.gainedMs > 0 && row.certain && !targets.includes(row)).slice(0, 3).map(({ name, gainedMs }) => `${name} (${milliseconds(gainedMs)})`);
  if (gained <= 0) return { kind: 'elsewhere', text: `${whole(section)} It did not come from where it was promised: ${took}.${others.length === 0 ? '' : ` It came from ${others.join(', ')}.`}` };
  // What the change moved into functions of its own file is part of its cost.
  const moved = sum(helpers, 'afterMs');
  const net = gained - moved;
  const costs = moved > 0 ? `, less ${milliseconds(moved)} in new functions of its file` : '';
  const total = rows.reduce((all, row) => all + Math.max(0, row.gainedMs), 0);
  const share = total === 0 ? 0 : gained / total;
  if (net > 0 && share >= 0.5) return { kind: 'kept', text: `${whole(section)} As promised: ${took}${costs}; that is ${percent(share)} of all that became less.` };
  return { kind: 'partly', text: `${whole(section)} Only in part as promised: ${took}${costs}; that is ${percent(share)} of all that became less.${others.length === 0 ? '' : ` More came from ${others.join(', ')}.`}` };
}

function whole({ section, beforeMs, afterMs }: DiffSection): string {
  const what = section === 'functions' ? 'Busy time of the host' : `Time of ${section}`;
  return `${what} in one run with the profiler: ${milliseconds(beforeMs ?? 0)} before, ${milliseconds(afterMs ?? 0)} after.`;
}

function milliseconds(ms: number): string {
  return ms >= 1000 ? `${(ms / 1000).toFixed(2)} s` : `${ms >= 100 ? ms.toFixed(0) : ms.toPrecision(2)} ms`;
}

const percent = (share: number): string => `${Math.round(100 * share)}%`;
