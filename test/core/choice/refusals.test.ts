import { expect, test } from 'vitest';
import type { CandidateRef } from '../../../src/core/candidate.js';
import { refusals, type DecidedTrial } from '../../../src/core/choice/refusals.js';
import type { ReasonCode, VerdictKind } from '../../../src/core/verdict/verdict.js';

const ref = { sha: 'b'.repeat(64), bytes: 10, kind: 'candidates' as const };
const candidate = (id: string): CandidateRef => ({ id, proposer: 'recipes', recipe: 'x', title: id, findingId: null, file: 'a.js', line: 1, language: 'javascript', share: 0.4, surroundings: 's', patch: ref, expected: 0.1 });
const measured = { ratio: 1, ci95: [0.9, 1.1] as [number, number], pairs: 9, samples: 30, delta: 0.02 };
const trial = (id: string, kind: VerdictKind | null, code: ReasonCode = 'futile'): { run: string; trial: DecidedTrial } => ({ run: 'r-1', trial: { id: `t-${id}`, candidate: candidate(id), verdict: kind === null ? null : ({ kind, measured, reasons: [{ code, text: `because ${code}` }] }) } });

test('the last decision on a candidate counts; what was not its own fault does not', () => {
  const found = refusals([
    trial('refused', 'rejected'), trial('undecided', 'inconclusive', 'undecided'), trial('accepted', 'accepted', 'faster'), trial('open', null),
    trial('overtaken', 'rejected', 'superseded'), trial('stopped', 'rejected', 'stopped'), trial('budget', 'inconclusive', 'budget'), trial('champion', 'rejected', 'champion-failed'),
    trial('changed-mind', 'rejected'), trial('changed-mind', 'accepted', 'faster'), trial('later-refused', 'accepted', 'faster'), trial('later-refused', 'rejected', 'not-approved'),
    trial('stopped-later', 'rejected'), trial('stopped-later', 'rejected', 'stopped'),
  ]);
  expect(found.map(({ id, why }) => [id, why])).toEqual([['refused', 'because futile'], ['undecided', 'because undecided'], ['later-refused', 'because not-approved'], ['stopped-later', 'because futile']]);
  expect(found[0]).toEqual({ id: 'refused', surroundings: 's', share: 0.4, run: 'r-1', trial: 't-refused', why: 'because futile' });
});

test('candidates of versions that kept no surroundings are tried again', () => {
  const { surroundings: _none, ...old } = candidate('old');
  expect(refusals([{ run: 'r-1', trial: { id: 't', candidate: old, verdict: { kind: 'rejected', measured: null, reasons: [] } } }])).toEqual([]);
});

test('what was accepted and rolled back is refused, with who said why; given back, it is not', () => {
  const { run, trial: accepted } = trial('slow-build', 'accepted', 'faster');
  expect(refusals([{ run, trial: { ...accepted, rolledBack: 'the build takes an hour' } }])).toMatchObject([{ id: 'slow-build', why: 'It was accepted, and rolled back: the build takes an hour' }]);
  expect(refusals([{ run, trial: { ...accepted, rolledBack: null } }])).toEqual([]);
});
