import { PerfloopError } from '../../core/errors.js';
import type { Evidence } from '../../core/finding.js';
import type { AnalysisFinding } from '../../profile/rules/located.js';
import type { Analysis } from '../../profile/rules/analyze.js';
import type { Dialog } from '../dialog.js';
import { rendered } from '../prompts.js';
import type { Given } from '../traffic.js';
import { checkedCitations } from './citations.js';
import { checkedClaim, placeKey, type ClaimGround } from './claims.js';
import { analysisSchema, type SubmittedAnalysis } from './schemas.js';

/** What a model says of a finding of a rule. */
export interface JudgedFinding {
  /** Its id. */
  finding: string;
  real: boolean;
  why: string;
  evidence: Evidence[];
}

/** What a model made of a profile: only what its evidence bears out. */
export interface ModelAnalysis {
  model: string;
  judged: JudgedFinding[];
  findings: AnalysisFinding[];
  /** What it claimed and cannot show, with the reason. */
  dropped: { what: string; why: string }[];
  /** Why there is not more; null where all went well. */
  note: string | null;
}

export interface AnalyzeRequest {
  given: Given;
  ground: ClaimGround;
  /** Of the rules. */
  findings: readonly AnalysisFinding[];
  /** Findings that it may add. */
  most: number;
}

/** Has a model judge the findings of the rules and look for more. A budget that is used up is a note, no error. */
export async function analyzeBy(dialog: Dialog, { given, ground, findings, most }: AnalyzeRequest): Promise<ModelAnalysis> {
  const nothing = (note: string): ModelAnalysis => ({ model: ground.model, judged: [], findings: [], dropped: [], note });
  try {
    const said = await dialog.until(rendered('analyze', { context: given.context, most: String(most) }), {
      name: 'submit_analysis',
      description: 'Says which findings are real, and what else there is.',
      schema: analysisSchema(most),
      accept: async (submitted, lastTry) => {
        const checked = checkedAnalysis(submitted, { ground, findings });
        if (checked.problems.length === 0 || lastTry) return { ok: true, value: checked.analysis };
        return { ok: false, problem: `Some of it does not hold:\n${checked.problems.slice(0, 20).join('\n')}\nCall submit_analysis again, with all of it. What still does not hold then is left out.` };
      },
    });
    return said.kind === 'done' ? said.value : nothing(said.why);
  } catch (error) {
    if (error instanceof PerfloopError && error.code === 'PL_BUDGET_SPENT') return nothing(error.message);
    throw error;
  }
}

function checkedAnalysis({ judged, findings: claims }: SubmittedAnalysis, { ground, findings }: Pick<AnalyzeRequest, 'ground' | 'findings'>): { analysis: ModelAnalysis; problems: string[] } {
  const analysis: ModelAnalysis = { model: ground.model, judged: [], findings: [], dropped: [], note: null };
  const problems: string[] = [];
  for (const { finding, real, why, evidence: citations } of judged) {
    const { evidence, problems: wrong } = checkedCitations(citations, ground);
    const known = findings.some(({ id }) => id === finding) && !analysis.judged.some((other) => other.finding === finding);
    if (known && (wrong.length === 0 || evidence.length > 0)) analysis.judged.push({ finding, real, why, evidence });
    else analysis.dropped.push({ what: `what it says of ${finding}`, why: known ? wrong.join('; ') : 'there is no such finding, or it judged it twice' });
    problems.push(...(known ? wrong : [`no finding ${finding} is left to judge`]).map((text) => `${finding}: ${text}.`));
  }
  for (const claim of claims) {
    const { finding: checked, problems: wrong } = checkedClaim(claim, ground);
    const same = findings.find((one) => checked !== null && one.file !== null && placeKey(one.file, one.function) === placeKey(checked.file, checked.function) && one.category === checked.category);
    if (same !== undefined) wrong.push(`the rules have it as ${same.id}: judge that one`);
    const finding = same === undefined ? checked : null;
    if (finding === null) analysis.dropped.push({ what: claim.title, why: wrong.join('; ') });
    else if (!analysis.findings.some(({ id }) => id === finding.id)) analysis.findings.push(finding);
    problems.push(...wrong.map((text) => `${claim.title}: ${text}.`));
  }
  return { analysis, problems };
}

/** The rules' analysis with what the model says, marked as its: its findings come after theirs. */
export function withModel(analysis: Analysis, said: ModelAnalysis): Analysis {
  const findings = analysis.findings.map((finding) => {
    const judged = said.judged.filter((one) => one.finding === finding.id).map(({ finding: _finding, ...rest }) => ({ model: said.model, ...rest }));
    return judged.length === 0 ? finding : { ...finding, judged: [...(finding.judged ?? []), ...judged] };
  });
  const { model, dropped, note } = said;
  return { ...analysis, findings: [...findings, ...said.findings], models: [...(analysis.models ?? []), { model, dropped, note }] };
}
