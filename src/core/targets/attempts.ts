import type { AgentAttempt } from '../agent/attempt.js';
import type { Finding } from '../finding.js';
import type { TrialSummary } from '../status.js';
import { functionKey, type FunctionName } from './target-function.js';

/** What was tried, whatever became of it. Plain data, which goes to the host that has the findings. */
export interface Tried {
  /** One for each candidate. */
  candidates: { findingId: string | null; file: string; line: number }[];
  /** The targets of each attempt of an agent. */
  attempts: FunctionName[][];
}

/**
 * What a run has tried so far. A candidate that was tried again is one attempt. What an agent did counts by the targets that it
 * was given, once: not by the candidate that it came to besides.
 */
export function triedSoFar(trials: readonly TrialSummary[], agents: readonly AgentAttempt[]): Tried {
  const aimed = agents.filter(({ targets }) => targets !== undefined);
  const byAim = new Set(aimed.map(({ agent }) => agent));
  const candidates = new Map(trials.filter(({ candidate }) => !byAim.has(candidate.proposer)).map(({ candidate: { id, findingId, file, line } }) => [id, { findingId, file, line }]));
  return { candidates: [...candidates.values()], attempts: aimed.map(({ targets = [] }) => targets) };
}

/**
 * Counts the attempts at each function, by `functionKey`. `known`: the findings of all rounds so far. A candidate of no finding
 * counts for the functions around its line. O(candidates · findings).
 */
export function countAttempts({ candidates, attempts }: Tried, known: readonly Finding[]): Map<string, number> {
  const byId = new Map(known.map((finding) => [finding.id, finding]));
  const counts = new Map<string, number>();
  const count = (names: Iterable<string>): void => {
    for (const name of new Set(names)) counts.set(name, (counts.get(name) ?? 0) + 1);
  };
  for (const { findingId, file, line } of candidates) {
    const own = findingId === null ? undefined : byId.get(findingId);
    count((own === undefined ? known.filter((finding) => finding.file === file && isWithin(finding, line)) : [own]).map(functionKey));
  }
  for (const targets of attempts) count(targets.map(functionKey));
  return counts;
}

/** The snippet is the function, or its beginning. */
function isWithin({ line: first, snippet }: Finding, line: number): boolean {
  return line >= first && line < first + snippet.split('\n').length;
}
