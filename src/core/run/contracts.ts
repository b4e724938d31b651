import type { AgentFailure, AgentIteration, AgentUsage, PastTrial, TaskWriting } from '../agent/attempt.js';
import type { ArtifactRef } from '../artifact.js';
import type { BenchmarkSettings } from '../benchmark/measured.js';
import type { SummedMetric } from '../benchmark/summary.js';
import type { Checked } from '../check/checked.js';
import type { CandidateRef } from '../candidate.js';
import type { CommandSpec, Config } from '../config/schema.js';
import type { Flag } from '../flag.js';
import type { KnobArm, KnobRecord } from '../knobs/search.js';
import type { Json } from '../json-value.js';
import type { Lesson } from '../lesson.js';
import type { EarlierAttempt, ModelTalk } from '../model-talk.js';
import type { TestComparison } from '../tests/compare.js';
import type { Unusable } from '../tests/base.js';
import type { CostPlan, DecisionRecord, FinalMeasurement, RunStatus, ShownTests, TrialSummary } from '../status.js';
import type { Stage } from '../sample.js';
import type { OwnStepResult } from '../step-module.js';
import type { CommitRef, Target } from '../target.js';
import type { Budget } from '../verdict/budget.js';
import type { Noise } from '../verdict/noise.js';
import type { Rule } from '../verdict/rule.js';
import type { Verdict } from '../verdict/verdict.js';
import type { DecidedTrial } from './decided-trial.js';
import type { Explained, Said, ToldDecision } from './explained.js';
import type { Lease } from './lease.js';
import type { TargetActivities } from './target-contracts.js';
import type { Progress } from './progress.js';
import type { Spell } from './spell.js';
import type { StepRecord } from './step-record.js';

/** What the activities of each task queue promise to workflows. Every argument is one object with a version. */

/** Says whose work it is: names log folders and worktrees. */
export interface Scope {
  v: 1;
  run: string;
  /** Trial id, or the name of a phase such as `warmup`. */
  trial: string;
}

/** A worktree by the purpose it was opened for; the host that opened it knows its path. */
export interface WorktreeRef {
  key: string;
  commit: string;
}

/** Both sides of a comparison, each in a worktree. */
export interface Sides {
  a: WorktreeRef;
  b: WorktreeRef;
}

/** Fresh builds of both sides, from `from` (0-based) up to and without `to`. */
export interface BuildsWanted {
  a: CommitRef;
  b: CommitRef;
  /** Names what they are for, in their keys: see `keysOfBuild`. */
  purpose: string;
  from: number;
  to: number;
  /** The stage that needs them. */
  stage: Stage;
}

/** `seconds`: what one of these worktrees took, once the set-up was kept; a build counts as long as it took. Null where that is not known. */
export type BuiltSides =
  | { kind: 'built'; builds: Sides[]; seconds: number | null }
  | { kind: 'failed'; side: 'a' | 'b'; role: 'setup' | 'build'; outcome: CommandOutcome };

/** Commands of a target that run in a worktree. */
export type CommandRole = 'setup' | 'build' | 'test' | 'smoke' | 'command';

/** What a run of the test command came to, beyond its exit code. */
export interface TestsOutcome {
  /** JSON of TestRun. */
  results: ArtifactRef;
  /** No framework was asked for a report through its environment. */
  plain: boolean;
  /** The counts to show, and where they come from; null where only the exit code is known. */
  shown: ShownTests | null;
  /** Of a base: why nothing can be compared with it. */
  unusable: Unusable | null;
  /** Of a base: how little it says. */
  warnings: string[];
  /** With what was asked to compare with; absent at a base. */
  compared?: TestComparison;
}

/** The results that tests are compared with. */
export interface BaseTests {
  /** JSON of TestRun: the base, and the same code once more where that was needed. */
  runs: ArtifactRef[];
  plain: boolean;
  shown: ShownTests | null;
  /** The host that they are of: another may skip others. */
  host: string;
}

export interface CommandOutcome {
  ok: boolean;
  /** What went wrong in a sentence; empty when ok. */
  problem: string;
  /** The last lines of the output. */
  tail: string;
  wallMs: number;
  /** Taken from the cache instead of run. */
  cached: boolean;
  log: ArtifactRef | null;
  /** Of a set-up or a build: how long the next fresh worktree has to wait for it. Absent where that is not known. */
  tookMs?: number;
  /** Protected files that it wrote, whatever was in them afterwards; of a check, those that only the candidate wrote. Absent: none. */
  written?: string[];
  /** Of the test command. Absent in outcomes of earlier versions. */
  tests?: TestsOutcome;
  /** What was asked of its output. */
  read?: ReadOutput;
}

/** What a step takes out of what its command prints. */
export interface ReadOutput {
  /** The JSON that it prints; absent where that was not asked for. */
  json?: Json;
  /** The last match of each pattern. */
  metrics: Record<string, number>;
  /** All that it printed to stdout, as far as that is kept; absent where that was not asked for. */
  stdout?: ArtifactRef;
}

/** Of comparing champion (a) and candidate (b). */
export interface CheckOutcome extends CommandOutcome {
  /** The side whose fault a problem is. Absent in outcomes of earlier versions: then the candidate's. */
  whose?: 'a' | 'b';
  checked?: Checked[];
}

/** What every activity of an agent gets. */
export interface AgentWork extends Scope {
  target: Target;
  config: Config;
  /** Its name in the config. */
  agent: string;
  /** JSON of Finding[]; null where nothing was profiled. */
  findings: ArtifactRef | null;
  history: PastTrial[];
  /** What models wrote down in this run. */
  notes?: string[];
  /** Which attempt of how many side by side. */
  attempt: { number: number; of: number };
}

/** What an agent did in one run of it. `problem`: how it ended, where that was not well; empty else. */
export interface AgentRun {
  problem: string;
  prompt: ArtifactRef;
  log: ArtifactRef;
  usage: AgentUsage;
  wallMs: number;
  /** Versions of the prompts that its prompt was made of. Absent from workers of earlier versions. */
  prompts?: Record<string, number>;
  /** `taken-back`: nothing is left of what it edited before. `leaked`: the edit holds the value of a key; nothing of it was kept. `too-large`, `nested`: neither was anything of it; `why` is a sentence. */
  edit: { kind: 'unchanged'; /** The beginning of what it said at the end. */ said: string } | { kind: 'taken-back' } | { kind: 'leaked'; /** The first of them. */ files: string[] } | { kind: 'too-large'; why: string } | { kind: 'nested'; why: string } | { kind: 'changed'; /** On the champion. */ commit: CommitRef; diff: ArtifactRef; title: string; rationale: string; /** Why no candidate may be like this; null when it may. */ refused: string | null };
}

export interface LeaseActivities {
  lease(input: Scope & { tag: string }): Promise<Lease>;
}

export interface HostActivities extends TargetActivities {
  /** Answers when the host is alive. */
  ping(input: { v: 1 }): Promise<void>;
  /** Makes sure that the host's bare repository holds the commits, and opens (or finds again) worktrees of them. */
  openWorktrees(input: Scope & { target: Target; config: Config; worktrees: { key: string; commit: CommitRef }[]; /** Of a clone that is made for them, from the artifacts. */ fresh?: true }): Promise<WorktreeRef[]>;
  /** Opens fresh worktrees of both sides, and sets them up and builds them, the champion (a) first. What an earlier attempt did stays. */
  buildSides(input: Scope & BuildsWanted & { target: Target; config: Config; /** Whether a cached build may stand in. A cached set-up always may. */ cache: boolean }): Promise<BuiltSides>;
  /** Puts the candidate on top of the champion as one commit. A patch that must not be applied is refused with a verdict. */
  applyCandidate(input: Scope & { target: Target; config: Config; champion: CommitRef; candidate: CandidateRef; /** The champion that it was made for, where that is another: an ancestor. */ madeFor?: string }): Promise<
    { kind: 'applied'; commit: CommitRef; diff: ArtifactRef; /** What a person should know of how it is judged. */ notes: string[]; /** Absent in histories of versions that did not look. */ flags?: Flag[] } | { kind: 'refused'; verdict: Verdict; diff: ArtifactRef | null }
  >;
  runCommand(input: Scope & { target: Target; config: Config; worktree: WorktreeRef; role: CommandRole; command: CommandSpec; /** Whether a cached result may stand in. */ cache: boolean; /** For the tests of anything but the base: what they are compared with. */ tests?: { base: ArtifactRef[]; plain: boolean }; /** Of a step's command: what is taken out of its output. `metrics`: a pattern with one group for each name. Fails where something is not there. */ read?: { json: boolean; metrics: Record<string, string>; stdout?: true } }): Promise<CommandOutcome>;
  /** Calls a function of a user's module in a worktree. Fails with the code of what it throws, or one of PL_STEP_MODULE, PL_STEP_SETTINGS, PL_STEP_OUTPUT and PL_STEP_FAILED. */
  ownStep(input: Scope & { target: Target; config: Config; worktree: WorktreeRef; type: string; settings: Json; context: { input: Json; run: string; round: number; step: { name: string; count: number; attempt: number }; commit: string } }): Promise<OwnStepResult>;
  /** A commit on one side of a change in which the functions that differ from the other side throw; null where none is known. */
  breakChange(input: Scope & { target: Target; config: Config; side: 'a' | 'b'; commit: CommitRef; other: CommitRef }): Promise<{ commit: CommitRef; names: string[] } | null>;
  /** Compares results of tests once more. */
  compareTests(input: Scope & { base: ArtifactRef[]; candidate: ArtifactRef }): Promise<TestComparison>;
  /** Runs the check command on both sides and compares what they print and write. */
  compareOutputs(input: Scope & { target: Target; config: Config; a: WorktreeRef; b: WorktreeRef }): Promise<CheckOutcome>;
  /** Marks the flags whose lines the benchmark does not execute in this worktree. */
  executedFlags(input: Scope & { target: Target; config: Config; worktree: WorktreeRef; flags: Flag[] }): Promise<Flag[]>;
  /** Calls the functions of [[cases]] on both sides and compares what can be seen of them. */
  compareCases(input: Scope & { target: Target; config: Config; a: WorktreeRef; b: WorktreeRef }): Promise<CheckOutcome>;
  /** Looks at the repository once: entry commands, what the benchmark reaches, configurations, imports. */
  survey(input: Scope & { target: Target; config: Config; worktree: WorktreeRef; benchmark: { wallMs: number; metrics: Record<string, number> }; testMs: number | null }): Promise<{ survey: ArtifactRef; summary: string; warnings: string[] }>;
  analyze(input: Scope & { target: Target; config: Config; worktree: WorktreeRef; profile: ArtifactRef; survey: ArtifactRef | null }): Promise<{ findings: ArtifactRef; count: number; summary: string; /** JSON of Analysis: what every rule says. Absent from workers of earlier versions. */ analysis?: ArtifactRef }>;
  /** Talks with a model about one finding: the n-th (from 0) of those in files that may change. Null where there is none. */
  askModel(input: Scope & { target: Target; config: Config; worktree: WorktreeRef; findings: ArtifactRef; position: number; model: string; profile: ArtifactRef | null; attempts: EarlierAttempt[]; /** What models wrote down in this run. */ notes?: string[]; /** What changes that it tries are compared with; given where it may try some. */ tests?: BaseTests; replay?: ArtifactRef }): Promise<{ talk: ModelTalk; candidates: ArtifactRef | null } | null>;
  /** Has a model judge what the rules found, and look for more: findings and analysis with what it says. */
  analyzeByModel(input: Scope & { target: Target; config: Config; worktree: WorktreeRef; profile: ArtifactRef; findings: ArtifactRef; analysis: ArtifactRef; model: string; replay?: ArtifactRef }): Promise<{ findings: ArtifactRef; count: number; analysis: ArtifactRef; talk: ModelTalk }>;
  /** Has a model write down what trials taught. */
  writeLessons(input: Scope & { target: Target; config: Config; model: string; trials: TrialSummary[]; notes: string[]; replay?: ArtifactRef }): Promise<{ lessons: Lesson[]; talk: ModelTalk }>;
  /** Has a model or an agent explain what becomes of a draft. `said` is null where nothing that can be used came of it; `note` says why. `worktree`: of the draft, for an agent. */
  explainDecision(input: Scope & { target: Target; config: Config; by: { kind: Explained['kind']; name: string }; change: { champion: string; commit: CommitRef }; told: ToldDecision; worktree?: WorktreeRef; replay?: ArtifactRef }): Promise<{ said: Said | null; note: string | null; talk?: ModelTalk; usage?: AgentUsage }>;
  propose(input: Scope & { target: Target; config: Config; champion: CommitRef; worktree: WorktreeRef; /** JSON of Finding[]; absent where nothing was profiled. */ findings?: ArtifactRef; /** 1-based; absent in inputs of earlier versions. */ round?: number; delta: number; /** JSON of KnownOfTarget; absent where nothing is known. */ known?: ArtifactRef; hardware: string | null; /** What a trial is planned to take. */ trialSeconds: number | null; tried: string[]; limit: number; /** What other proposers made, JSON of Candidate[] each. */ proposals?: ArtifactRef[] }): Promise<{ ranked: CandidateRef[]; hopeless: { title: string; why: string }[]; /** JSON of ChoiceRecord. Absent in histories of versions that kept none. */ choice?: ArtifactRef }>;
  /** What can be turned in this worktree of the champion, as settings to sample; those left out with the reason. */
  findKnobs(input: Scope & { target: Target; config: Config; champion: CommitRef; worktree: WorktreeRef; /** JSON of KnownOfTarget. */ known?: ArtifactRef; hardware: string | null; /** Ids of candidates. */ tried: string[]; /** Ids of settings. */ sampled: string[] }): Promise<{ knobs: number; settings: number; arms: KnobArm[]; left: KnobRecord['left'] }>;
  /** Keeps what a search saw, and the candidates that it came to, if any: JSON of Candidate[]. The winners come best first. */
  keepKnobs(input: Scope & { record: KnobRecord; winners: CandidateRef[] }): Promise<{ record: ArtifactRef; proposals: ArtifactRef | null }>;
  /** Asks an agent for the task of another. What it edits is lost; `task` is null where it gave none. */
  writeTask(input: AgentWork & { worktree: WorktreeRef }): Promise<Omit<TaskWriting, 'agent'> & { task: ArtifactRef | null }>;
  /** Runs an agent in a worktree and takes what it edited. Fails with PL_BUDGET_SPENT before it begins where the budget of the run is used. A retry begins with the files of the worktree's commit. */
  runAgent(input: AgentWork & { champion: CommitRef; worktree: WorktreeRef; iteration: number; task: ArtifactRef | null; failure: AgentFailure | null }): Promise<AgentRun>;
  /** Keeps how an attempt went, and the candidate that it came to, if any: as JSON of Candidate[], and by itself. */
  keepAttempt(input: Scope & { agent: string; findings: ArtifactRef | null; iterations: AgentIteration[]; edit: Extract<AgentRun['edit'], { kind: 'changed' }> | null }): Promise<{ record: ArtifactRef; proposals: ArtifactRef | null; /** Absent: none, or from workers of earlier versions. */ candidate?: CandidateRef }>;
  /** Writes the accepted commit (same tree, final message) on the champion and moves the result branch. */
  accept(input: Scope & { target: Target; champion: CommitRef; commit: CommitRef; summary: TrialSummary; who: string | null; publish: boolean }): Promise<CommitRef>;
  /** The champion without the commit of one accepted candidate: those after it are put on what was before it, if that works. */
  leaveOut(input: Scope & { target: Target; champion: CommitRef; drop: string; title: string }): Promise<{ kind: 'left-out'; commit: CommitRef; patch: ArtifactRef; /** The commits that were made anew: old to new. */ renamed: Record<string, string> } | { kind: 'conflict'; text: string }>;
  /** What a patch changes, file by file, for people; empty where git cannot read it. */
  diffStat(input: Scope & { diff: ArtifactRef }): Promise<{ stat: string }>;
  /** Points the result branch at the champion. */
  publish(input: Scope & { target: Target; champion: CommitRef }): Promise<{ branch: string }>;
  closeWorktrees(input: Scope & { target: Target; keys: string[] }): Promise<void>;
}

export interface KnownNoise {
  noise: Noise;
  samples: ArtifactRef;
}

export interface SampleInput extends Scope {
  target: Target;
  config: Config;
  lease: Lease;
  a: WorktreeRef;
  b: WorktreeRef;
  /** Further builds of both sides, which pairs go round. Absent where there is one. */
  others?: Sides[];
  /** Variables that the candidate's side (b) has besides: a setting with no place in the repository. */
  environment?: Record<string, string>;
  /** Each build may be measured at its first execution. */
  coldIsAsFast?: true;
  /**
   * Ends the sampling where the budget does not hold the pairs up to the next look. `secondsPerSample`: as far as is known.
   * `aheadSeconds`: what else must still fit before the first pair of the next stage.
   */
  within?: { budget: Budget; secondsPerSample: number; aheadSeconds: number; /** What one more fresh worktree takes. */ buildSeconds?: number };
}

/** Samples of earlier trials of the round against the same champion on the same host, whose champion sides may stand in. The latest come first. */
export interface SharedChampion {
  samples: ArtifactRef[];
  /** Standard deviation of ln of one sample. */
  spread: number;
}

/** One rung of a search of knobs. */
export interface KnobSamples extends Omit<SampleInput, 'b' | 'others' | 'environment' | 'within'> {
  rule: Rule;
  arms: { id: string; /** Of its journal. */ trial: string; b: WorktreeRef; set: Record<string, string> }[];
  /** Pairs that each is to have, and had. */
  pairs: number;
  had: number;
  /** Workflow time, milliseconds since the epoch. */
  deadline: number;
}

export interface BenchActivities {
  /** Runs the benchmark once, to see that it works and what it prints. */
  tryBenchmark(input: Scope & { target: Target; config: Config; lease: Lease; worktree: WorktreeRef }): Promise<{ ok: true; wallMs: number; metrics: Record<string, number>; /** JSON of the host's fingerprint. */ environment: ArtifactRef; /** Hash of the files that the benchmark commands start. */ sources?: string; /** What a person should know of how it runs here. */ notes?: string[] } | { ok: false; problem: string; tail: string }>;
  /** Runs a benchmark a fixed number of times. A plain reading of one build: no verdict follows from it. */
  runBenchmark(input: Scope & { target: Target; config: Config; lease: Lease; worktree: WorktreeRef; step: BenchmarkSettings & { warmups?: number; runs?: number } }): Promise<
    { ok: true; metrics: SummedMetric[]; /** JSON lines of every run, the warm-ups among them. */ lines: ArtifactRef; /** What is executed and read, and where: readings of one series may be compared. */ series: string } | { ok: false; problem: string; tail: string; lines: ArtifactRef }
  >;
  /** A/A pairs of one commit, unless this host's history knows them; and what the trials will cost. */
  measureNoise(input: SampleInput & { trials: number; known: KnownNoise | null; /** What one fresh worktree of the base took, where that is known. */ buildSeconds?: number }): Promise<KnownNoise & { plan: CostPlan; spent: number }>;
  /** Samples until the stage is decided, or its next look needs more builds. `earlier` holds the pairs that were taken before, also those of this stage. */
  sampleStage(input: SampleInput & { stage: 'screen' | 'confirm'; rule: Rule; earlier: ArtifactRef | null; shared?: SharedChampion }): Promise<
    { kind: 'passed'; samples: ArtifactRef; spent: number } | { kind: 'more'; builds: number; samples: ArtifactRef; spent: number } | { kind: 'decided'; verdict: Verdict; samples: ArtifactRef; spent: number; checked?: Checked[] }
  >;
  /**
   * Takes pairs of the champion and each setting until each has so many in this round, those of earlier rungs among them. A
   * setting whose sample fails has no gains, and is told why.
   */
  sampleKnobs(input: KnobSamples): Promise<{ gains: Record<string, number[]>; failed: { id: string; why: string }[]; /** JSON of the pairs, by setting. */ samples: ArtifactRef; spent: number; /** The time was up before all had theirs. */ late: boolean }>;
  /** A fixed number of pairs, reported whatever they show. */
  sampleFinal(input: SampleInput & { rule: Rule }): Promise<{ final: FinalMeasurement; spent: number }>;
  /** Profiles a command, or imports the profile that the user brought. With `before`, an earlier profile on this host, also what differs from that. */
  profile(input: Scope & { target: Target; config: Config; lease: Lease; worktree: WorktreeRef; brought: (ArtifactRef & { fileName: string }) | null; before?: ArtifactRef }): Promise<{ profile: ArtifactRef; summary: string; /** JSON of ProfileDiff. */ diff?: ArtifactRef; /** Nothing was recorded: this is an earlier profile of the same files on this host, by which run, and when. Null: there was none; absent: it was not looked for. */ reused?: { run: string; at: number } | null }>;
}

export interface HubActivities {
  recordRun(input: { v: 1; status: Omit<RunStatus, 'trials' | 'decisions'>; trials: { position: number; trial: TrialSummary }[]; decisions: DecisionRecord[]; /** With the first record: the steps of the config. */ plan?: Pick<Config, 'steps' | 'loop'>; /** Executions of steps that have ended since the last record. */ steps?: StepRecord[]; /** Phases that have ended since the last record, where they follow each other. */ spells?: Spell[]; lastDecision?: DecidedTrial; /** Of a run that ended before its time. */ progress?: Progress }): Promise<void>;
  recordLessons(input: { v: 1; lessons: Lesson[] }): Promise<void>;
  /** `benchmark` names everything besides the host that the noise depends on. */
  findNoise(input: { v: 1; host: string; benchmark: string; /** Workflow time, ms: older history than 30 days is not used. */ now: number }): Promise<KnownNoise | null>;
  recordNoise(input: KnownNoise & { v: 1; host: string; benchmark: string; at: number }): Promise<void>;
  recordSurvey(input: { v: 1; target: string; base: string; at: number; survey: ArtifactRef }): Promise<void>;
  /** What earlier trials taught, of this target and others: JSON of KnownOfTarget. Earlier versions gave a list of priors. */
  priors(input: { v: 1; target: string }): Promise<ArtifactRef | unknown[]>;
}
