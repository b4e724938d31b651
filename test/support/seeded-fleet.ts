import type { Home } from '../../src/store/home.js';
import { openStoreWriter, type RunHeader } from '../../src/store/writer.js';
import type { FirstAccepted } from '../../src/core/rollback/rollback.js';
import type { TrialSummary } from '../../src/core/status.js';

export interface SeededRun {
  run: string;
  fleet: string;
  target?: string;
  startedAt: number;
  /** Null: it goes on. */
  endedAt: number | null;
  /** How long it was in a phase, ms. */
  tookMs?: Record<string, number>;
  /** When trials of it were decided. */
  decidedAt?: readonly number[];
  /** When it accepted patches, and which of them an earlier run had accepted first. */
  accepted?: readonly { at: number; first?: FirstAccepted }[];
  dollars?: number;
  /** The run that it goes on after. */
  resumes?: string;
  waiting?: Record<string, number>;
}

/** Writes runs of a fleet into the knowledge base of a home, as its hub does. Before its worker starts: the store has one writer. */
export function seedRuns(home: Home, runs: readonly SeededRun[]): void {
  const store = openStoreWriter(home.db);
  try {
    for (const seeded of runs) {
      const { run, startedAt, tookMs = {}, decidedAt = [], accepted = [] } = seeded;
      store.recordRun(headerOf(seeded));
      let began = startedAt;
      for (const [phase, took] of Object.entries(tookMs)) {
        store.recordTime(run, { phase, step: '', began, ended: began + took, status: 'done' });
        began += took;
      }
      decidedAt.forEach((at, position) => void store.recordTrial(run, position, decidedTrial(`r1-${position}`, at)));
      accepted.forEach((one, index) => void store.recordTrial(run, decidedAt.length + index, acceptedTrial(`r2-${index}`, one)));
    }
  } finally {
    store.close();
  }
}

function headerOf({ run, fleet, target = 'parser', startedAt, endedAt, dollars = 0, resumes, waiting }: SeededRun): RunHeader {
  return {
    v: 1, run, ...(resumes === undefined ? {} : { resumes }), kind: 'run', fleet: { name: fleet, target }, target: { id: `t-${target}`, name: target, origin: `/code/${target}`, base: 'a'.repeat(40) }, state: endedAt === null ? 'running' : 'done', round: 1, rounds: 1, phase: 'execute', doing: '',
    champion: 'a'.repeat(40), accepted: 0, speedup: null, plan: null, findings: 0, final: null, warnings: [], error: null, models: { spent: { money: dollars } as never, latest: [] } as never,
    budget: { trials: 0, maxTrials: 10, wallMs: 0, maxWallMs: 1000 }, samplesSpent: 0, startedAt, endedAt, ...(waiting === undefined ? {} : { waiting }),
  };
}

function decidedTrial(id: string, at: number): TrialSummary {
  const candidate = { id: `c-${id}`, proposer: 'recipes', recipe: null, title: id, findingId: null, file: 'src/a.js', line: 1, language: 'javascript' as const, share: 0.4, patch: { sha: 'b'.repeat(64), bytes: 1, kind: 'candidates' as const }, expected: 0.1 };
  return { id, round: 1, candidate, state: 'decided', champion: 'a'.repeat(40), commit: null, verdict: { kind: 'rejected', reasons: [], measured: null } as never, samples: null, diff: null, startedAt: at - 1000, endedAt: at };
}

function acceptedTrial(id: string, { at, first }: { at: number; first?: FirstAccepted }): TrialSummary {
  const trial = decidedTrial(id, at);
  const candidate = first === undefined ? { ...trial.candidate, surroundings: 's' } : { ...trial.candidate, proposer: 'recheck', acceptedFirst: first };
  return { ...trial, candidate, verdict: { kind: 'accepted', reasons: [], measured: null } as never };
}
