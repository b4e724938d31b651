import type { ArtifactRef } from '../artifact.js';
import type { CandidateRef } from '../candidate.js';
import { shellWord } from '../shell-word.js';
import type { Measured } from '../verdict/verdict.js';
import type { KnobKind } from './knob.js';

/** Which knob a candidate turns, and to what. Of several that are turned together ids and values are joined. */
export interface KnobRef {
  /** Of several: joined by `+`. */
  id: string;
  kind: KnobKind;
  /** Of several: joined by `, `. */
  value: string;
}

/** One setting of one knob, as a search samples it. */
export interface KnobArm {
  /** `knob=value` */
  id: string;
  knob: string;
  value: string;
  title: string;
  /** The patch; null for a setting of the environment. */
  candidate: CandidateRef | null;
  /** Variables of a setting that has no place in the repository; empty for a patch. */
  set: Record<string, string>;
  /** The same for a file that the benchmark does not run. Absent: there is none. */
  elsewhere?: ElsewhereLine[];
  /** Why it could help and what it costs. */
  rationale: string;
}

/** Lines that say the same as variables of the environment, such as `ENV GOGC=400` in a Dockerfile. */
export interface ElsewhereLine {
  file: string;
  /** 1-based: the line that they come before. */
  line: number;
  text: string;
}

/** What a search of a round came to. Its pairs are in artifacts. */
export interface KnobSearch {
  round: number;
  /** What was found to turn. */
  knobs: number;
  settings: number;
  /** Settings that the budget held, of those. */
  searched: number;
  rungs: number;
  /** Executions of the benchmark. */
  samples: number;
  /** The settings of the last rung, best first, with the geometric mean of what they gain over the champion. */
  last: { id: string; ratio: number; pairs: number; better: boolean }[];
  /** JSON of KnobRecord. */
  record: ArtifactRef;
}

/** All that a search saw. Plain JSON. */
export interface KnobRecord {
  v: 1;
  /** Natural-log gains over the champion, of each pair, by setting. */
  gains: Record<string, number[]>;
  /** Of the champion against a second build of it. */
  control: number[];
  rungs: { arms: string[]; pairs: number }[];
  /** Not sampled, or no longer, with the reason. */
  left: { id: string; why: string }[];
  /** JSON of the pairs of each rung. */
  samples: ArtifactRef[];
}

/**
 * A setting that has no place in the repository and that the verdict's rule finds faster: what a person may set where the
 * program is run. It is no part of what the run accepted.
 */
export interface KnobAdvice {
  round: number;
  knob: string;
  value: string;
  title: string;
  /** Why it could help and what it costs. */
  rationale: string;
  /** What to set. */
  set: Record<string, string>;
  /** Where the repository could say it, though the benchmark does not run that: told, never applied. Absent: nowhere. */
  elsewhere?: ElsewhereLine[];
  /** The commit that it was measured on, with these variables and without. */
  champion: string;
  measured: Measured;
  /** Why a person should look before using it; empty: nothing. */
  doubt: string;
  samples: ArtifactRef;
}

/** What a run keeps of its knobs. */
export interface KnobStatus {
  searches: KnobSearch[];
  advice: KnobAdvice[];
  /** Ids of the settings that no round of the run searches again, see `settled`. */
  sampled: string[];
}

/** Whether one knob is among those that another candidate turns. */
export function turnsAlso(all: Pick<KnobRef, 'id'>, one: Pick<KnobRef, 'id'>): boolean {
  const ids = all.id.split('+');
  return one.id.split('+').every((id) => ids.includes(id));
}

/** In their order, but what turns several knobs together comes before each of them alone, which is there to fall back upon. */
export function togetherFirst<T>(ranked: readonly T[], knobOf: (one: T) => KnobRef | undefined): T[] {
  const ordered = new Set<T>();
  for (const one of ranked) {
    const knob = knobOf(one);
    if (knob !== undefined) for (const other of ranked) if (other !== one && holds(knobOf(other), knob)) ordered.add(other);
    ordered.add(one);
  }
  return [...ordered];
}

function holds(all: KnobRef | undefined, one: KnobRef): boolean {
  return all !== undefined && all.id !== one.id && turnsAlso(all, one);
}

/** What to write in a shell before the command: `A=1 B='x y'`. */
export function settingText(set: Readonly<Record<string, string>>): string {
  return Object.entries(set).map(([name, value]) => `${name}=${shellWord(value)}`).join(' ');
}
