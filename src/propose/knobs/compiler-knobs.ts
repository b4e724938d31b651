import type { Knob, KnobSetting } from '../../core/knobs/knob.js';
import { added, lineAt, optimisation, replaced, shownWords, type FlagSites } from './flag-words.js';

export interface CompilerFile extends FlagSites {
  /** Before the name of each knob. */
  build: 'makefile' | 'cmake' | 'meson' | 'extension' | 'cgo';
  clang: boolean;
  /** Of the machine, as Node names it. */
  arch: string;
}

/** What is asked of a compiler of C or C++: level, machine, optimisation at link time, and arithmetic that gives up precision. */
export function compilerKnobs(sites: CompilerFile): Knob[] {
  if (sites.levels.length === 0 && sites.anchors.length === 0) return [];
  const line = lineAt(sites.text, sites.levels[0]?.start ?? sites.anchors[0]?.at ?? 0);
  const knob = (name: string, of: Pick<Knob, 'title' | 'rationale' | 'current' | 'settings'>): Knob => ({ id: idOf(`${sites.build}-${name}`, sites.file), kind: 'build-flags', file: sites.file, line, language: 'cpp', ...of });
  return [
    knob('optimisation', {
      title: 'Optimisation level of the compiler',
      rationale: '-O3 inlines, unrolls and vectorises more than -O2, for a larger program; which is faster depends on the code (GCC manual, 3.11 Options That Control Optimization).',
      current: sites.levels.length > 0 ? shownWords(sites.levels) : 'default',
      settings: levelSettings(sites),
    }),
    knob('machine', {
      title: 'Instructions of this machine',
      rationale: 'With -march=native the compiler uses all instructions that this CPU has, such as AVX2, in place of those that every CPU of the architecture has.',
      current: sites.flags.filter((flag) => /^-m(?:arch|cpu)=/.test(flag)).join(', ') || 'default',
      settings: machineSettings(sites),
    }),
    knob('link-time', {
      title: 'Optimisation at link time',
      rationale: 'With -flto calls are inlined across source files. The build takes longer.',
      current: sites.flags.find((flag) => /^-f(?:no-)?lto/.test(flag)) ?? 'default',
      settings: sites.flags.some((flag) => /^-f(?:no-)?lto/.test(flag)) || sites.anchors.length === 0 ? [] : [{ value: ltoFlag(sites), place: { kind: 'patch', edits: added(sites, ltoFlag(sites)) }, ...reordering(sites.flags) }],
    }),
    knob('fast-math', {
      title: 'Arithmetic that gives up precision',
      rationale: '-ffast-math lets sums be reordered and vectorised, as if there were no NaN, infinity, signed zero or rounding (GCC manual, -ffast-math).',
      current: sites.flags.find((flag) => flag === '-ffast-math' || flag === '-Ofast') ?? 'default',
      settings: sites.flags.some((flag) => flag === '-ffast-math' || flag === '-Ofast') || sites.anchors.length === 0
        ? []
        : [{ value: '-ffast-math', place: { kind: 'patch', edits: added(sites, '-ffast-math') }, changesResults: 'precision', caution: 'Results differ, checks for NaN and infinity stop working, and a library that is linked with it changes how its whole process rounds.' }],
    }),
  ];
}

/** A file at the root needs no name. */
export function idOf(name: string, file: string): string {
  const folder = file.split('/').slice(0, -1).join('/');
  return folder === '' ? name : `${name}@${folder}`;
}

/** With these the compiler may order sums and fuse products as it likes, and does so otherwise with each other setting. */
const loose = /^-(?:ffast-math|Ofast|ffp-contract=fast|funsafe-math-optimizations|fassociative-math)$/;

export function reordering(flags: readonly string[]): Pick<KnobSetting, 'changesResults'> {
  return flags.some(looseFlag) ? { changesResults: 'rounding' } : {};
}

export function looseFlag(flag: string): boolean {
  return loose.test(flag);
}

const fast = ['-O3', '-O2'];

/** `-O3` and `-O2` in place of the levels that are there, or where there is none. */
function levelSettings(sites: FlagSites): KnobSetting[] {
  const { levels, anchors } = sites;
  if (levels.length === 0) return anchors.length === 0 ? [] : fast.map((level) => ({ value: level, place: { kind: 'patch', edits: added(sites, level) }, ...reordering(sites.flags) }));
  const isNew = (level: string) => levels.some(({ text }) => text !== level && !(level === '-O2' && text === '-O'));
  return fast.filter(isNew).map((level) => {
    return { value: level, place: { kind: 'patch', edits: replaced(sites, levels, level) }, ...reordering([...sites.flags, ...levels.map(({ text }) => text)]) };
  });
}

const tied = 'The program then runs on machines with the same instructions only.';

function machineSettings(sites: CompilerFile): KnobSetting[] {
  // Who chose an architecture had machines in mind; who chose this one has what there is.
  if (sites.flags.some((flag) => /^-m(?:arch|cpu|tune)=/.test(flag)) || sites.anchors.length === 0) return [];
  // Contraction to fused multiply-add, which GCC does wherever there is one, rounds once in place of twice. Off x86-64 every CPU has
  // one, so that what is built now is contracted.
  return [
    { value: '-march=native', place: { kind: 'patch', edits: added(sites, '-march=native') }, changesResults: 'rounding', caution: `${tied} Where a product is added to something, the last bits can differ (fused multiply-add).` },
    { value: '-march=native -ffp-contract=off', place: { kind: 'patch', edits: added(sites, '-march=native', '-ffp-contract=off') }, ...(sites.arch === 'x64' ? reordering(sites.flags) : ({ changesResults: 'rounding' } as const)), caution: tied },
  ];
}

/** Clang of Debian 12 and before does not know `auto`, GCC without it takes one CPU. */
function ltoFlag({ clang }: CompilerFile): string {
  return clang ? '-flto' : '-flto=auto';
}

/** The levels of what is released: those of debugging stay, by where they stand or by what they are. */
export function releaseLevels<W extends { text: string; debug: boolean }>(words: readonly W[]): W[] {
  const levels = words.filter(({ text }) => optimisation.test(text));
  const ofRelease = levels.filter(({ text, debug }) => !debug && text !== '-O0' && text !== '-Og');
  return ofRelease.length > 0 ? ofRelease : levels.filter(({ debug }) => !debug);
}
