import type { StepsShown } from './pipeline/machine/shown.js';
import type { Compared, Reading } from './benchmark/series.js';
import type { Checked } from './check/checked.js';
import type { AgentAttempt } from './agent/attempt.js';
import type { CandidateRef } from './candidate.js';
import type { Components } from './stats/iterations.js';
import type { Flag } from './flag.js';
import type { KnobStatus } from './knobs/search.js';
import type { ModelTalks } from './model-talk.js';
import type { RolledBack, TrialOf } from './rollback/rollback.js';
import type { Stage } from './sample.js';
import type { MetricRule } from './verdict/metrics.js';
import type { Protocol } from './verdict/schedule.js';
import type { Measured, Verdict } from './verdict/verdict.js';
import type { ArtifactRef } from './artifact.js';
import type { Explained } from './run/explained.js';
import type { Machine } from './run/machine.js';
import type { Reused } from './run/spell.js';

/** Counts of tests as a person reads them. */
export interface ShownTests {
  passed: number;
  failed: number;
  skipped: number;
  /** Such as `pytest report`, or `jest on stderr`. */
  source: string;
}

export type RunState = 'running' | 'paused' | 'awaiting-approval' | 'stopping' | 'done' | 'failed' | 'cancelled';

/** Where a trial is. `passed` waits for the end of its round; `awaiting-approval` for a person. */
export type TrialState = 'queued' | 'preparing' | 'screening' | 'rebuilding' | 'confirming' | 'measuring-again' | 'passed' | 'awaiting-approval' | 'decided';

/** What a run keeps of a trial. The child workflow's id is `<run>/<trial id>`. */
export interface TrialSummary {
  /** Unique in the run, such as `r1-3`; `r1-3c` is the fresh confirmation of `r1-3` on a newer champion. */
  id: string;
  round: number;
  candidate: CandidateRef;
  state: TrialState;
  /** The commit it was measured against. */
  champion: string;
  /** The commit that holds the patch on top of that champion; null before it applied. */
  commit: string | null;
  verdict: Verdict | null;
  samples: ArtifactRef | null;
  /** Where its samples were taken, one of the run's `machines`. Absent: nowhere, or in a trial of earlier versions. */
  device?: string;
  diff: ArtifactRef | null;
  /** What champion and candidate were compared by, besides the tests. Absent in trials of earlier versions. */
  checked?: Checked[];
  /** What a person has to look at in the change; absent in trials of versions that did not look. */
  flags?: Flag[];
  /** The second measurement, in a fresh clone, of what was too good to believe, with its samples. */
  again?: SecondLook;
  /** Of an accepted one: the champion's profile before and after it. Absent where none was taken. */
  profile?: ProfileChange;
  /** It was accepted and left out again at the end: without it the champion is as fast. */
  dropped?: true;
  /** What a model or an agent said of the decision. Absent: none was asked, or none answered. */
  explained?: Explained;
  /** What it was when its run or its round ended before anybody decided. Absent: it was decided, or never judged. */
  undecided?: { state: 'passed' | 'awaiting-approval'; verdict: Verdict };
  /** Workflow time, milliseconds since the epoch. */
  startedAt: number | null;
  endedAt: number | null;
}

export interface ProfileChange {
  /** Databases of profiles, of the champion that it was accepted on and with it. */
  before: ArtifactRef;
  after: ArtifactRef;
  /** JSON of ProfileDiff. */
  diff: ArtifactRef;
}

export interface SecondLook {
  verdict: Verdict;
  /** JSON of Pair[]; null where it failed before the first sample. */
  samples: ArtifactRef | null;
}

/** What the champion is without one accepted candidate, measured at the end. */
export interface Ablation {
  /** The trial that was accepted. */
  trial: string;
  /**
   * `kept`: without it the champion is slower. `dropped`: it was shown to add less than half of the gain that is asked for.
   * `undecided`: too noisy to tell, so it stays. `needed`: others rest on it, or the rest does not work without it.
   */
  state: 'kept' | 'dropped' | 'undecided' | 'needed';
  /** Of the champion without it against the one with it: below 1 is what it is worth. Null where it could not be measured. */
  measured: Measured | null;
  text: string;
}

/** Said before the first sample. */
export interface CostPlan {
  /** Standard deviation of the logarithm of one sample. */
  spread: number;
  /** The gain that must be exceeded, natural log. */
  delta: number;
  /** Mean seconds of one benchmark execution. */
  secondsPerSample: number;
  /** Expected benchmark executions for one trial with no gain, and at most. */
  samplesPerTrial: { expected: number; most: number };
  /** Fresh builds of each side for the same. Absent in plans of earlier versions. */
  buildsPerTrial?: { expected: number; most: number };
  /** What of delta is there because so few builds cannot tell the luck of one from a gain. Natural log; absent: nothing. */
  allowance?: number;
  /** Smallest true gain (fraction) that is found with at least 90% probability. */
  detectableGain: number;
  expectedSeconds: number;
  mostSeconds: number;
  trials: number;
  /** Of a benchmark that measures many steps in a process. */
  steps?: Components;
  /** Of a judgement that has one: the samples of its trial that it holds, the gain that would be found without it, and what follows from that. */
  budget?: { totalSeconds: number; leftSeconds: number; samples: number; gainWithout: number; note: string | null };
}

/** Heartbeat details of a sampling activity; the live view reads them even while no worker runs. */
export interface SamplingProgress {
  stage: Stage;
  pairs: number;
  /** Pairs at the next look, and at the last one. */
  nextLook: number;
  most: number;
  /** Hodges-Lehmann ratio and 95% interval so far; null under 4 pairs. */
  ratio: number | null;
  ci95: [number, number] | null;
  /** The same of each metric by itself, where there are several and an estimate. */
  metrics?: { name: string; ratio: number; ci95: [number, number]; primary: boolean }[];
  /** What it is doing: waiting for the machine, or sampling. */
  doing: 'waiting' | 'sampling';
  /** Pairs that were read back from the journal after a crash. */
  resumed: number;
}

/** Heartbeat details of preparing fresh builds: which one of each side is under way, from 1, and how many it makes. */
export interface BuildingProgress {
  doing: 'building';
  stage: Stage;
  build: number;
  of: number;
}

/** What an activity last said of a stage. */
export type StageProgress = SamplingProgress | BuildingProgress;

/** What a step of a graph asks a person. */
export interface Question {
  /** What a decision names: the step, and from its second asking on also which one: `gate@2`. */
  id: string;
  step: string;
  /** Which execution of the step in its round, and which attempt of that. */
  round: number;
  count: number;
  attempt: number;
  text: string;
  /** What there is to decide by, such as the changes of the draft, each with its name; a text may have several lines. */
  facts: { name: string; text: string }[];
  /** The patch of the draft, where there is one. */
  diff?: ArtifactRef;
  /** Workflow time, milliseconds since the epoch. */
  since: number;
  /** When `onTimeout` counts as the answer. */
  until: number;
  onTimeout: 'approve' | 'reject';
}

export interface DecisionRecord {
  id: string;
  /** What was decided on: a trial, `final`, or the id of a question. */
  trial: string;
  approve: boolean;
  who: string;
  comment: string;
  /** Workflow time, milliseconds since the epoch. */
  at: number;
}

/** That somebody paused a run, let it go on, stopped or cancelled it, or changed its budget. */
export interface SteerRecord {
  what: 'pause' | 'resume' | 'stop' | 'cancel' | 'setBudget';
  who: string;
  comment: string;
  /** Workflow time, milliseconds since the epoch. */
  at: number;
  /** What of it was changed. */
  budget?: { maxTrials?: number; maxWallMs?: number; rounds?: number };
}

export interface FinalMeasurement {
  measured: Measured;
  metrics: { name: string; unit: string; base: number; champion: number; baseWorstDecile: number; championWorstDecile: number; baseMean: number; championMean: number }[];
  samples: ArtifactRef;
}

/** What a reader needs besides the samples to recompute the verdicts, and to measure again. */
export interface RunEvidence {
  metrics: MetricRule[];
  protocol: Protocol;
  /** The benchmark command; of several, all of them in one line. */
  benchmark: string;
  /** Absent where there is one. */
  benchmarks?: { name: string; run: string }[];
  /** JSON of Finding[], one for each round that analyzed. */
  findings: ArtifactRef[];
  /** JSON of what every rule says, one for each round that analyzed. Absent in runs of earlier versions. */
  analyses?: ArtifactRef[];
  /** JSON of ChoiceRecord: how candidates were chosen, one for each round that proposed. Absent in runs of earlier versions. */
  choices?: ArtifactRef[];
  /** JSON of the survey of the warm-up. Absent in runs of earlier versions. */
  survey?: ArtifactRef;
  /** JSON of the fingerprint of the host that sampled. */
  environment: ArtifactRef | null;
}

/** The answer of the `status` query: everything that the live view, `show` and the report need of a run. */
export interface RunStatus {
  v: 1;
  run: string;
  /** The run that it goes on after. Absent where it began by itself. */
  resumes?: string;
  kind: 'run' | 'judge';
  target: { id: string; name: string; origin: string; base: string };
  /** Whose schedule or sweep began it. Absent: none did. */
  fleet?: { name: string; target: string };
  state: RunState;
  round: number;
  rounds: number;
  phase: string;
  /** The step or activity under way, in words. */
  doing: string;
  champion: string;
  accepted: number;
  /** Product of the accepted ratios, or the final measurement once it is there. */
  speedup: { ratio: number; ci95: [number, number]; final: boolean } | null;
  plan: CostPlan | null;
  findings: number;
  trials: TrialSummary[];
  decisions: DecisionRecord[];
  /** Accepted patches that were rolled back since, from the store. Absent: none, or the run itself was asked. */
  rolledBack?: RolledBack[];
  /** Who steered it, when and why, in order. Absent where nobody did. */
  steered?: SteerRecord[];
  /** What command-line agents tried, in the order of their names. Absent where there are none. */
  agents?: AgentAttempt[];
  final: FinalMeasurement | null;
  /** In the order of measuring, the weakest first. Absent where nothing was left out. */
  ablations?: Ablation[];
  /** Of the base. Absent where there are no tests, or only their exit code is known. */
  tests?: ShownTests;
  /** What models were asked: all of it in numbers, and the latest conversations. Absent where none was asked. */
  models?: ModelTalks;
  /** What was turned without a change of code, and what a person may set. Absent where knobs were not searched. */
  knobs?: KnobStatus;
  /** What the last step of type `benchmark` read, and beside what. Absent: there was none. */
  benchmark?: Compared & { reading: Reading };
  /** The step that ended last. Absent before the first one. */
  lastStep?: { name: string; round: number; status: 'done' | 'failed' | 'cancelled'; /** Workflow time, ms. */ at: number };
  /** How far the steps of the round are, where they form a graph. */
  steps?: StepsShown;
  /** What steps ask a person. Absent: nothing. */
  questions?: Question[];
  /** Since when each trial, or `final`, waits for a person; workflow time, ms. Absent: nothing does. */
  waiting?: Record<string, number>;
  /** Absent before the warm-up, and in runs of earlier versions. */
  reused?: Reused;
  /** Patches of earlier runs that it did not get round to judging again, each where it was accepted first. Absent: none. */
  notJudged?: TrialOf[];
  warnings: string[];
  error: { code: string; message: string; where?: string; fix?: string } | null;
  /**
   * `enforced`: it ends when `maxWallMs` is used up, whatever it is doing. `askingMs`: of the time since the start, that in which
   * the run only waited for a person, or was paused, which is none of `maxWallMs`; `askingSince`: it does so since then. Both
   * absent: it did not.
   */
  budget: { trials: number; maxTrials: number; wallMs: number; maxWallMs: number; enforced?: true; askingMs?: number; askingSince?: number };
  samplesSpent: number;
  /** The devices that samples were taken on, in the order of first use. Absent: none were, or in runs of earlier versions. */
  machines?: Machine[];
  /** Of a judgement whose sides are exchanged: the base is the newer commit, see `JudgeInput`. */
  regression?: { metric: string | null };
  /** Absent in runs of versions that did not keep it. */
  evidence?: RunEvidence;
  /** Workflow time, milliseconds since the epoch. */
  startedAt: number;
  endedAt: number | null;
}
