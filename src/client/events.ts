import type { Flag } from '../core/flag.js';
import type { KnobAdvice, KnobSearch } from '../core/knobs/search.js';
import { openQuestions } from '../core/run/questions.js';
import type { Ablation, CostPlan, DecisionRecord, Question, RunState, RunStatus, StageProgress, TrialState, TrialSummary } from '../core/status.js';
import { reusedText, type Reused } from '../core/run/spell.js';
import { stepsText } from '../core/pipeline/words.js';
import { placeOf } from './print/place.js';
import type { Verdict } from '../core/verdict/verdict.js';

/** Something that happened between two looks at a run; one line each where there is no terminal. */
export type RunEvent =
  | { kind: 'started'; run: string; runKind: 'run' | 'judge'; target: string; base: string; rounds: number }
  | { kind: 'warning'; text: string }
  | { kind: 'reused'; reused: Reused }
  | { kind: 'plan'; plan: CostPlan }
  | { kind: 'round'; round: number; rounds: number }
  | { kind: 'phase'; phase: string }
  | { kind: 'doing'; text: string }
  | { kind: 'steps'; text: string; running: string[] }
  | { kind: 'findings'; count: number }
  | { kind: 'trial'; trial: string; what: string; place: string; state: TrialState }
  | { kind: 'verdict'; trial: string; what: string; verdict: Verdict }
  | { kind: 'approval-needed'; run: string; candidate: string; /** What to look at. */ flags?: Flag[] }
  | { kind: 'question'; run: string; question: Question }
  | { kind: 'knobs'; search: KnobSearch }
  | { kind: 'advice'; advice: KnobAdvice }
  | { kind: 'ablation'; ablation: Ablation }
  | { kind: 'decision'; decision: DecisionRecord }
  | { kind: 'champion'; commit: string; accepted: number; ratio: number | null }
  | { kind: 'state'; state: RunState }
  | { kind: 'final'; ratio: number; ci95: [number, number]; pairs: number }
  | { kind: 'error'; code: string; message: string; where?: string; fix?: string }
  | { kind: 'ended'; run: string; runKind: 'run' | 'judge'; state: RunState; accepted: number; speedup: RunStatus['speedup'] };

const over: ReadonlySet<RunState> = new Set(['done', 'failed', 'cancelled']);

export function isOver(status: Pick<RunStatus, 'state'>): boolean {
  return over.has(status.state);
}

/**
 * What happened between two statuses of one run, in the order in which a person wants to read it: what was settled, what
 * began, and how it ended. `previous` is null at the first look: everything so far is then told, except what is past.
 */
export function eventsBetween(previous: RunStatus | null, next: RunStatus): RunEvent[] {
  return [...beginning(previous, next), ...settled(previous, next), ...progress(previous, next), ...outcome(previous, next)];
}

function beginning(previous: RunStatus | null, next: RunStatus): RunEvent[] {
  const events: RunEvent[] = [];
  if (previous === null) events.push({ kind: 'started', run: next.run, runKind: next.kind, target: next.target.name, base: next.target.base, rounds: next.rounds });
  const known = new Set(previous?.warnings);
  for (const text of next.warnings) if (!known.has(text)) events.push({ kind: 'warning', text });
  if (next.reused !== undefined && reusedText(next.reused) !== reusedText(previous?.reused ?? {}) && reusedText(next.reused) !== '') events.push({ kind: 'reused', reused: next.reused });
  if (next.plan !== null && JSON.stringify(next.plan) !== JSON.stringify(previous?.plan ?? null)) events.push({ kind: 'plan', plan: next.plan });
  return events;
}

function settled(previous: RunStatus | null, next: RunStatus): RunEvent[] {
  const events: RunEvent[] = [];
  const before = new Map(previous?.trials.map((trial) => [trial.id, trial]));
  for (const trial of next.trials) {
    if (trial.verdict !== null && !sameVerdict(trial, before.get(trial.id))) events.push({ kind: 'verdict', trial: trial.id, what: trial.candidate.title, verdict: trial.verdict });
  }
  for (const search of (next.knobs?.searches ?? []).slice(previous?.knobs?.searches.length ?? 0)) events.push({ kind: 'knobs', search });
  for (const advice of (next.knobs?.advice ?? []).slice(previous?.knobs?.advice.length ?? 0)) events.push({ kind: 'advice', advice });
  for (const ablation of (next.ablations ?? []).slice(previous?.ablations?.length ?? 0)) events.push({ kind: 'ablation', ablation });
  const known = new Set(previous?.decisions.map((decision) => decision.id));
  for (const decision of next.decisions) if (!known.has(decision.id)) events.push({ kind: 'decision', decision });
  if (next.accepted > 0 && next.champion !== previous?.champion && next.kind === 'run') events.push({ kind: 'champion', commit: next.champion, accepted: next.accepted, ratio: next.speedup?.ratio ?? null });
  return events;
}

function sameVerdict(trial: TrialSummary, old: TrialSummary | undefined): boolean {
  return JSON.stringify(trial.verdict) === JSON.stringify(old?.verdict ?? null);
}

function progress(previous: RunStatus | null, next: RunStatus): RunEvent[] {
  if (isOver(next)) return [];
  const events: RunEvent[] = [];
  if (next.kind === 'run' && next.round > 0 && next.round !== previous?.round) events.push({ kind: 'round', round: next.round, rounds: next.rounds });
  if (next.findings > 0 && (next.findings !== previous?.findings || next.round !== previous.round)) events.push({ kind: 'findings', count: next.findings });
  if (next.phase !== previous?.phase) events.push({ kind: 'phase', phase: next.phase });
  // Of steps that form a graph the bare name of the one that began last says less than what all of them do.
  const isName = next.steps !== undefined && !next.doing.includes(' ');
  if (next.doing !== '' && next.doing !== previous?.doing && !isName) events.push({ kind: 'doing', text: next.doing });
  if (next.steps !== undefined && (previous?.steps === undefined || stepsText(next.steps) !== stepsText(previous.steps))) events.push({ kind: 'steps', text: stepsText(next.steps), running: next.steps.running });
  const before = new Map(previous?.trials.map((trial) => [trial.id, trial.state]));
  for (const { id, state, candidate, flags } of next.trials) {
    // Its verdict has told of one that passed.
    if (state === 'decided' || state === 'passed' || state === before.get(id)) continue;
    events.push({ kind: 'trial', trial: id, what: candidate.title, place: placeOf(candidate), state });
    if (state === 'awaiting-approval') events.push({ kind: 'approval-needed', run: next.run, candidate: id, ...(flags === undefined ? {} : { flags }) });
  }
  return [...events, ...asked(previous, next)];
}

/** What steps have begun to ask. */
function asked(previous: RunStatus | null, next: RunStatus): RunEvent[] {
  const known = new Set(previous?.questions?.map(({ id }) => id));
  return waitingQuestions(next).filter(({ id }) => !known.has(id)).map((question) => ({ kind: 'question', run: next.run, question }));
}

function outcome(previous: RunStatus | null, next: RunStatus): RunEvent[] {
  const events: RunEvent[] = [];
  if (next.final !== null && !previous?.final) events.push({ kind: 'final', ratio: next.final.measured.ratio, ci95: next.final.measured.ci95, pairs: next.final.measured.pairs });
  const turned = next.state !== (previous?.state ?? 'running');
  if (turned && !isOver(next)) events.push({ kind: 'state', state: next.state });
  if (turned && awaitsFinal(next)) events.push({ kind: 'approval-needed', run: next.run, candidate: 'final' });
  if (next.error !== null && !previous?.error) events.push({ kind: 'error', ...next.error });
  if (isOver(next) && (previous === null || !isOver(previous))) events.push({ kind: 'ended', run: next.run, runKind: next.kind, state: next.state, accepted: next.accepted, speedup: next.speedup });
  return events;
}

/** Trials that a person still has to decide on. */
export function waitingTrials(status: RunStatus): TrialSummary[] {
  if (isOver(status)) return [];
  const decided = new Set(status.decisions.map((decision) => decision.trial));
  return status.trials.filter((trial) => trial.state === 'awaiting-approval' && !decided.has(trial.id));
}

/** What steps ask, and nobody has answered. */
export function waitingQuestions(status: RunStatus): Question[] {
  return isOver(status) ? [] : openQuestions(status);
}

/** Whether a run stands still until somebody decides. The state alone does not say so: it stays while a decision that was taken is carried out. */
export function asksPerson(status: RunStatus): boolean {
  return status.state === 'awaiting-approval' && (Object.keys(status.waiting ?? {}).length > 0 || waitingQuestions(status).length > 0);
}

/** Whether a person is asked about the whole branch: nothing smaller waits. */
export function awaitsFinal(status: RunStatus): boolean {
  return status.state === 'awaiting-approval' && status.questions === undefined && waitingTrials(status).length === 0;
}

/** All that a person can decide on now, as `perfloop approve RUN` takes it. */
export function askedOf(status: RunStatus): string[] {
  return [...waitingTrials(status).map(({ id }) => id), ...waitingQuestions(status).map(({ id }) => id), ...(awaitsFinal(status) ? ['final'] : [])];
}

/** Progress of one sampling, said when its builds or a stage begin and whenever a look is reached. */
export type SamplingEvent = { kind: 'sampling'; of: string; progress: StageProgress };

/** Whether the sampling got to a point worth a line: a new stage, a resumption, or a look reached. */
export function samplingNews(previous: StageProgress | null, next: StageProgress): boolean {
  if (next.doing === 'building') return previous?.doing !== 'building' || next.of !== previous.of;
  if (next.doing === 'waiting') return previous?.doing !== 'waiting';
  if (previous === null || previous.stage !== next.stage || previous.doing === 'waiting' || previous.doing === 'building') return true;
  if (next.resumed > previous.resumed) return true;
  return next.nextLook !== previous.nextLook || (next.pairs >= next.most && previous.pairs < next.most);
}
