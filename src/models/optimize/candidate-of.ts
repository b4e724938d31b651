import type { Candidate, SpanEdit } from '../../core/candidate.js';
import type { Finding } from '../../core/finding.js';
import { candidateId, type ReplacedText } from '../../propose/candidate-id.js';
import { dialectOf, languageOf } from '../../propose/source/parse.js';
import type { Proposal } from './schemas.js';

/** A model's proposal as a candidate. `proposer`: names the model, for the report and for what later rounds learn. */
export function candidateOf(proposal: Proposal, resolved: { edits: SpanEdit[]; replaced: ReplacedText[] }, finding: Finding, proposer: string): Candidate {
  const files = [...new Set(resolved.edits.map(({ file }) => file))];
  const inPlace = files.includes(finding.file);
  const [file = finding.file] = inPlace ? [finding.file] : files;
  const dialect = dialectOf(file);
  return {
    id: candidateId(files.join('\n'), '', resolved.replaced),
    proposer,
    recipe: null,
    title: proposal.title.replaceAll(/\s+/g, ' '),
    rationale: `${proposal.rationale}${proposal.risks === '' ? '' : `\n\nRisks: ${proposal.risks}`}`,
    findingId: finding.id,
    file,
    line: inPlace ? finding.line : 1,
    language: dialect === null ? 'other' : languageOf(dialect),
    // What a change elsewhere saves is not bounded by the finding's share.
    share: inPlace ? finding.totalShare : null,
    change: { kind: 'edits', edits: resolved.edits },
  };
}
