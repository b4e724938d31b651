import { matched, type Pair } from './match.js';
import type { Measured } from './measure.js';
import { sectionNames, type DiffRow, type DiffSection, type ProfileDiff, type SectionName } from './schema.js';
import { unasked, unitOf, type UnitAsked } from './unit.js';

/** More rows say nothing more. */
const mostRows = 5000;

/** Compares two profiles by unit of work. Pure. */
export function compareProfiles(before: Measured, after: Measured, asked: UnitAsked = unasked): ProfileDiff {
  const { unit, problem } = unitOf(before, after, asked);
  const sections = sectionNames.flatMap((section) => {
    const found = sectionOf(section, before, after, unit);
    return found === null ? [] : [found];
  });
  const rows = sections.filter(({ comparable }) => comparable !== 'no').flatMap(({ section }) => {
    const pairs = matched(before.sections[section] ?? [], after.sections[section] ?? []);
    return pairs.map((pair) => rowOf(section, pair, { before, after, unit })).filter(({ beforeMs, afterMs }) => beforeMs > 0 || afterMs > 0);
  });
  rows.sort((a, b) => Math.abs(b.gainedMs) - Math.abs(a.gainedMs) || b.beforeMs - a.beforeMs || (a.name < b.name ? -1 : 1));
  const side = ({ kind, programs, gpus, wallMs }: Measured): ProfileDiff['before'] => ({ kind, programs, gpus, wallMs });
  return { v: 1, unit, before: side(before), after: side(after), sections, rows: rows.slice(0, mostRows), more: Math.max(0, rows.length - mostRows), notes: notesOf(before, after, unit, problem) };
}

/** Null where neither profile has it. */
function sectionOf(section: SectionName, before: Measured, after: Measured, unit: ProfileDiff['unit']): DiffSection | null {
  const [a, b] = [before.sections[section], after.sections[section]];
  if (a === undefined && b === undefined) return null;
  const ms = (entries: Measured['sections'][SectionName], units: number): number | null => (entries === undefined ? null : entries.reduce((sum, entry) => sum + entry.ms, 0) / units);
  const beforeMs = ms(a, unit.before);
  const afterMs = ms(b, unit.after);
  const { comparable, why } = comparability(section, before, after);
  return { section, comparable, why, beforeMs, afterMs, gainedMs: comparable === 'no' || beforeMs === null || afterMs === null ? null : beforeMs - afterMs };
}

const ofDevice: readonly SectionName[] = ['kernels', 'copies'];

function comparability(section: SectionName, before: Measured, after: Measured): Pick<DiffSection, 'comparable' | 'why'> {
  if (before.sections[section] === undefined) return { comparable: 'no', why: 'the first profile did not capture it' };
  if (after.sections[section] === undefined) return { comparable: 'no', why: 'the second profile did not capture it' };
  if (section === 'functions' && before.kind !== after.kind) return { comparable: 'no', why: `${before.kind} and ${after.kind} measure functions in different ways, with different overhead` };
  if (ofDevice.includes(section) && before.gpus.join() !== after.gpus.join()) {
    return { comparable: 'care', why: `they ran on different GPUs, over which times add up: ${counted(before.gpus)}, then ${counted(after.gpus)}` };
  }
  if (before.kind !== after.kind) return { comparable: 'care', why: `${before.kind} and ${after.kind} have different overhead` };
  return { comparable: 'yes', why: null };
}

/** `2 × A, 1 × B` */
function counted(gpus: readonly string[]): string {
  return [...new Set(gpus)].map((name) => `${gpus.filter((one) => one === name).length} × ${name}`).join(', ') || 'none that is known';
}

function rowOf(section: SectionName, { before: a, after: b }: Pair, { before, after, unit }: { before: Measured; after: Measured; unit: ProfileDiff['unit'] }): DiffRow {
  const shown = b ?? a;
  const beforeMs = (a?.ms ?? 0) / unit.before;
  const afterMs = (b?.ms ?? 0) / unit.after;
  const count = (entry: Pair['before'], units: number): number | null => (entry?.count == null ? null : entry.count / units);
  return {
    section, name: shown?.name ?? '', file: shown?.file ?? null, line: shown?.line ?? null,
    change: a === null ? 'new' : b === null ? 'gone' : 'both',
    beforeMs, afterMs, gainedMs: beforeMs - afterMs,
    beforeCount: count(a, unit.before), afterCount: count(b, unit.after),
    certain: section !== 'functions' || isCertain({ ms: a?.ms ?? 0, sampleMs: before.sampleMs, units: unit.before }, { ms: b?.ms ?? 0, sampleMs: after.sampleMs, units: unit.after }),
  };
}

interface SampledTime {
  ms: number;
  sampleMs: number | null;
  units: number;
}

/** Samples that fall into a function are about Poisson distributed: n of them have a standard error of sqrt(n). */
function isCertain(before: SampledTime, after: SampledTime): boolean {
  if (before.sampleMs === null && after.sampleMs === null) return true;
  const variance = [before, after].reduce((sum, { ms, sampleMs, units }) => sum + (ms * (sampleMs ?? 0)) / units ** 2, 0);
  return Math.abs(before.ms / before.units - after.ms / after.units) >= 2 * Math.sqrt(variance);
}

function notesOf(before: Measured, after: Measured, unit: ProfileDiff['unit'], problem: string | null): string[] {
  const notes: string[] = [];
  if (problem !== null) notes.push(`The unit that was asked for is not known: ${problem}. Times are of ${unit.what}.`);
  if (before.programs.join() !== after.programs.join()) notes.push(`The programs have different names: ${before.programs.join(', ') || 'unknown'}, then ${after.programs.join(', ') || 'unknown'}.`);
  if (unit.basis === 'run' && before.wallMs && after.wallMs && Math.max(before.wallMs / after.wallMs, after.wallMs / before.wallMs) > 1.5) notes.push('One profile is much longer than the other, and nothing in them counts their work: unless both did the same, say how much each did (units_a, units_b).');
  if (before.sampleMs !== null || after.sampleMs !== null) notes.push('Functions were sampled: a difference that is not certain may be chance.');
  notes.push('Each profile is of one run: how much runs differ by themselves is not in it.');
  return notes;
}
