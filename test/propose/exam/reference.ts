import type { Candidate } from '../../../src/core/candidate.js';
import type { CaseText, ExamCase, ExamFinding } from '../../../src/propose/exam/exam-case.js';
import { givenFinding } from '../../../src/propose/exam/given-finding.js';
import { sha256 } from '../../../src/propose/hash.js';
import type { Proposer } from '../../../src/propose/proposer.js';

/** A candidate that makes these changes of text. Each has to fit at exactly one place. */
export function candidateOf(one: ExamCase, finding: ExamFinding, edits: readonly CaseText[], name: string): Candidate {
  const spans = edits.map(({ find, put, file = finding.file }) => {
    const source = one.program.get(file) ?? '';
    const start = source.indexOf(find);
    if (start === -1 || source.includes(find, start + 1)) throw new Error(`${one.name}, ${finding.name}: \`${find}\` does not stand exactly once in ${file}`);
    return { file, start, end: start + find.length, before: sha256(find), text: put };
  });
  return {
    id: `${finding.name}-${name}`.slice(0, 60), proposer: 'reference', recipe: name, title: name, rationale: '', findingId: null, file: finding.file, line: 1, language: 'python', share: finding.share,
    change: { kind: 'edits', edits: spans },
  };
}

/** Proposes what the description of the programs holds: the right patches, or those that one might be tempted to. */
export function referenceProposer(cases: readonly ExamCase[]): Proposer {
  const byId = new Map(cases.flatMap((one) => one.findings.map((given) => [givenFinding(given, one).finding.id, { one, given }] as const)));
  return {
    name: 'reference',
    async propose({ id }) {
      const found = byId.get(id);
      if (found === undefined) throw new Error('a finding of no program');
      const { one, given } = found;
      const edits = given.kind === 'real' ? given.right : given.tempting;
      return edits.length === 0 ? [] : [candidateOf(one, given, edits, given.kind)];
    },
  };
}
