import type { Finding } from '../core/finding.js';
import type { Drawn } from '../core/pipeline/drawing/drawn.js';
import type { ListedStep } from '../core/pipeline/listed.js';
import type { Pair } from '../core/sample.js';
import type { RunStatus, TrialSummary } from '../core/status.js';
import type { MetricRule } from '../core/verdict/metrics.js';
import type { Rule } from '../core/verdict/rule.js';
import type { Protocol } from '../core/verdict/schedule.js';
import type { ProfileDiff } from '../profile/diff/schema.js';
import type { Fingerprint } from '../measure/fingerprint.js';

/** What a report may be told besides the status of its run; each goes before what the status refers to. */
export interface ReportExtra {
  findings?: Finding[];
  environment?: Fingerprint;
  /** Path of perfloop's own repository of the target, for the `git fetch` of the result. */
  repository?: string;
}

/** An artifact as the report shows it: its content, why that is not there, or that there never was one. */
export type Loaded<T> = { kind: 'there'; value: T } | { kind: 'missing'; why: string } | { kind: 'none' };

export interface TrialData {
  summary: TrialSummary;
  /** Unified diff, the first `mostDiffBytes` of it. */
  diff: Loaded<string>;
  pairs: Loaded<Pair[]>;
  /** What its verdict can be computed by again; null where that was not kept. */
  rule: Rule | null;
  /** The second measurement, in a fresh clone, and its rule. */
  again: { pairs: Loaded<Pair[]>; rule: Rule | null };
  rationale: Loaded<string>;
  /** Of an accepted one: what the profile shows before and after it. */
  profile: Loaded<ProfileDiff>;
}

/** Everything that a report is made of. Rendering reads nothing else. */
export interface ReportData {
  status: RunStatus;
  trials: TrialData[];
  final: Loaded<Pair[]>;
  findings: Loaded<Finding[]>;
  environment: Loaded<Fingerprint>;
  /** Null where the run does not say how its metrics are read. */
  metrics: MetricRule[] | null;
  protocol: Protocol | null;
  benchmark: string | null;
  repository: string | null;
  /** The steps of a round that form a graph, with their states; none for a chain of phases, and where nobody kept the config. */
  steps: Loaded<{ drawn: Drawn[]; listed: ListedStep[] }>;
}
