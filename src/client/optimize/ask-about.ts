import type { Config } from '../../core/config/schema.js';
import type { Candidate } from '../../core/candidate.js';
import type { ModelChoice } from '../../core/config/models.js';
import type { Finding } from '../../core/finding.js';
import { givenOf, profileLines } from '../../models/optimize/context.js';
import { proposeBy } from '../../models/optimize/propose.js';
import { aboutCategory, registryTools } from '../../models/registry-tools.js';
import type { Asking } from '../asking/asking.js';
import type { CliContext } from '../context.js';

/** Of a model's context, what the first prompt may take. */
const promptPart = 0.2;

export interface ModelQuestion {
  config: Config;
  root: string;
  finding: Finding;
  /** All of them, for the summary of the profile. */
  findings: readonly Finding[];
  model: ModelChoice;
  /** What models wrote down of earlier trials. */
  lessons: readonly string[];
  protectedBy: (path: string) => string | undefined;
}

/** Has a model judge a finding and propose changes of the files as they lie there. */
export async function askAbout(context: CliContext, { redactor, converse }: Asking, { root, finding, findings, model, lessons, protectedBy }: ModelQuestion): Promise<{ candidates: Candidate[]; reasons: string[]; real: boolean | null }> {
  const tools = await registryTools({ targets: { repository: root, profile: undefined }, about: aboutCategory(finding.category), home: context.home });
  const conversation = await converse(model, `${model.name}-${finding.id}`.replaceAll(/[^\w.-]/g, '_'), tools);
  const given = await conversation.given(() => Promise.resolve(givenOf({ finding, profile: profileLines(findings), attempts: [], lessons: [...lessons] }, Math.floor(model.context * promptPart))));
  const { verdict, candidates, note } = await proposeBy(conversation.dialog, conversation.results, { finding, given, ground: { worktree: root, protectedBy }, mostCandidates: model.bounds.candidates, proposer: model.name });
  await conversation.end();
  const said = verdict === null ? [] : [`${model.name}: ${verdict.real ? 'real' : 'not real'}: ${redactor.text(verdict.reasons.join(' '))}`];
  return { candidates, reasons: [...said, ...(note === null ? [] : [`${model.name}: ${redactor.text(note)}`])], real: verdict?.real ?? null };
}
