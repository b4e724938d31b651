import type { Candidate } from '../../core/candidate.js';
import { PerfloopError } from '../../core/errors.js';
import type { Finding } from '../../core/finding.js';
import type { Dialog, Outcome } from '../dialog.js';
import { rendered } from '../prompts.js';
import type { Results } from '../results.js';
import type { Given } from '../traffic.js';
import { candidateOf } from './candidate-of.js';
import { resolveEdits, type Ground } from './resolve-edits.js';
import { proposalsSchema, verdictSchema, type ModelVerdict } from './schemas.js';

export interface ProposeRequest {
  finding: Finding;
  given: Given;
  ground: Ground;
  mostCandidates: number;
  proposer: string;
  /** How often it may run commands in a sandbox; absent: never. */
  sandboxRuns?: number;
}

/** What came of a conversation about a finding. `note`: why there is not more. */
export interface Proposed {
  verdict: ModelVerdict | null;
  candidates: Candidate[];
  note: string | null;
}

/** Has the finding judged, and changes proposed where it is real. A budget that is used up is a note, no error. */
export async function proposeBy(dialog: Dialog, results: Results, request: ProposeRequest): Promise<Proposed> {
  let verdict: ModelVerdict | null = null;
  try {
    const judged = await dialog.until(rendered('judge', { context: request.given.context }), verdictStep(results));
    if (judged.kind === 'stopped') return { verdict, candidates: [], note: judged.why };
    verdict = judged.value;
    if (!verdict.real) return { verdict, candidates: [], note: null };
    const proposed = await candidatesOf(dialog, request);
    return proposed.kind === 'done' ? { verdict, ...proposed.value } : { verdict, candidates: [], note: proposed.why };
  } catch (error) {
    if (error instanceof PerfloopError && error.code === 'PL_BUDGET_SPENT') return { verdict, candidates: [], note: error.message };
    throw error;
  }
}

function verdictStep(results: Results) {
  return {
    name: 'submit_verdict',
    description: 'Says whether the finding is real.',
    schema: verdictSchema,
    accept: async (given: ModelVerdict, lastTry: boolean) => {
      const unknown = given.evidence.filter((id) => !results.has(id));
      if (unknown.length > 0 && !lastTry) return { ok: false as const, problem: `There are no results ${unknown.join(', ')}: name the ids that tools gave, or none.` };
      return { ok: true as const, value: { ...given, evidence: given.evidence.filter((id) => results.has(id)) } };
    },
  };
}

function candidatesOf(dialog: Dialog, { finding, given: { refused }, ground, mostCandidates, proposer, sandboxRuns = 0 }: ProposeRequest): Promise<Outcome<{ candidates: Candidate[]; note: string | null }>> {
  const patch = rendered('patch', { most: String(mostCandidates), refused: refused.length === 0 ? 'nothing yet.' : `${refused.join('; ')}.` });
  return dialog.until(sandboxRuns === 0 ? patch : `${patch}\n\n${rendered('sandbox', { most: String(sandboxRuns) })}`, {
    name: 'submit_candidates',
    description: 'Proposes changes.',
    schema: proposalsSchema(mostCandidates),
    accept: async ({ candidates: proposals }, lastTry) => {
      const candidates: Candidate[] = [];
      const problems: string[] = [];
      for (const proposal of proposals) {
        const resolved = await resolveEdits(proposal.edits, ground);
        if (resolved.ok) candidates.push(candidateOf(proposal, resolved, finding, proposer));
        else problems.push(...resolved.problems.map((problem) => `${proposal.title}: ${problem}`));
      }
      if (problems.length > 0 && !lastTry) return { ok: false, problem: `Some edits do not apply:\n${problems.join('\n')}\nCall submit_candidates again, with all changes.` };
      return { ok: true, value: { candidates, note: problems.length === 0 ? null : `left out: ${problems.join('; ').slice(0, 1000)}` } };
    },
  });
}
