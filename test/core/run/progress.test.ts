import { expect, it } from 'vitest';
import type { CandidateRef } from '../../../src/core/candidate.js';
import { defaultConfig } from '../../../src/core/config/parse.js';
import type { RunInput } from '../../../src/core/inputs.js';
import { draftKey, judgedDrafts } from '../../../src/core/run/draft.js';
import { closeTrials, newModel, newTrial } from '../../../src/core/run/model.js';
import { progressOf, resumedModel } from '../../../src/core/run/progress.js';
import type { TrialState } from '../../../src/core/status.js';
import type { Verdict } from '../../../src/core/verdict/verdict.js';

const bundle = { sha: 'b'.repeat(64), bytes: 10, kind: 'bundle' as const };
const base = { commit: 'a'.repeat(40), bundle };
const input: RunInput = { v: 1, run: 'r-1', target: { id: 't', name: 't', base, origin: '/', revision: 'HEAD' }, config: defaultConfig(), queuePrefix: 'perfloop', who: 'me', warnings: [] };
const candidate = (id: string): CandidateRef => ({ id, proposer: 'an-agent', recipe: null, title: 'a change', findingId: null, file: 'a.js', line: 1, language: 'javascript', share: null, patch: { ...bundle, kind: 'candidates' }, expected: 0 });
const faster: Verdict = { kind: 'accepted', measured: { ratio: 1.3, ci95: [1.2, 1.4], pairs: 20, samples: 40, delta: 0.01 }, reasons: [{ code: 'faster', text: 'it is faster' }] };

it('goes on with the trials that a step had yet to decide on as they were, and with no other one', () => {
  const model = newModel(input, 'run', 0);
  const judged = (id: string, state: TrialState): void => {
    Object.assign(newTrial(model, id, candidate(`candidate-${id}`), 0), { state, verdict: faster });
    model.passed[id] = base;
  };
  judged('r1-1', 'passed');
  judged('r1-2', 'awaiting-approval');
  judged('r1-3', 'passed');
  judged('r1-4', 'decided');
  closeTrials(model, 'The run failed before this was decided.');
  model.status.state = 'failed';
  const progress = progressOf(model, input.target);
  if (progress === null) throw new Error('it may go on');

  const resumed = resumedModel({ ...input, run: 'r-2' }, { status: model.status, progress }, 7, ['r1-1', 'r1-2', 'r1-4']);
  expect(resumed.status.trials.map(({ id, state, verdict }) => [id, state, verdict?.kind])).toEqual([['r1-1', 'passed', 'accepted'], ['r1-2', 'awaiting-approval', 'accepted'], ['r1-3', 'decided', 'rejected'], ['r1-4', 'decided', 'accepted']]);
  expect(resumed.status.trials[0]?.verdict).toEqual(faster);
  expect(resumed.waiting).toEqual({ 'r1-2': 7 });
  // What nobody will decide on any more is tried again.
  expect(resumed.ranked.map(({ id }) => id)).toEqual(['candidate-r1-3']);
});

it('keeps what is yet to be judged again, and counts anew what was not reached', () => {
  const model = newModel(input, 'run', 0);
  const first = (trial: string) => ({ run: 'r-0', trial });
  const again = { run: 'r-0', candidates: ['r1-1', 'r1-2'].map((trial) => ({ ...candidate(trial), acceptedFirst: { ...first(trial), at: 0 } })), inOrder: true as const };
  // The first was tried, and a stop turned it down before a person answered.
  Object.assign(newTrial(model, 'r1-1', again.candidates[0] ?? expect.fail(), 0), { state: 'decided', verdict: { ...faster, kind: 'rejected' } });
  model.status.notJudged = [first('r1-2'), first('r1-1')];
  const resumed = (changes: Partial<typeof model>) => {
    const progress = progressOf({ ...model, ...changes, status: { ...model.status, state: 'failed' } }, input.target);
    return resumedModel({ ...input, run: 'r-2' }, { status: model.status, progress: progress ?? expect.fail('it may go on') }, 7);
  };
  expect(resumed({ recheck: again })).toMatchObject({ recheck: again });
  expect(resumed({ recheck: again }).status.notJudged).toEqual([first('r1-1')]);
  expect(resumed({}).status.notJudged).toEqual([first('r1-2'), first('r1-1')]);
  expect(resumed({ recheck: { ...again, candidates: again.candidates.map((one) => ({ ...one, id: `${one.id}, not tried` })) } }).status).not.toHaveProperty('notJudged');
});

it('knows which trials judged the drafts that steps left', () => {
  const draft = { commit: base, champion: base.commit, candidate: candidate('c'), diff: bundle };
  const left = (value?: unknown) => ({ writes: [['other', 1], [draftKey, value as never]] as const });
  expect(judgedDrafts([left(draft), left({ ...draft, trial: 'r1-1' }), left(), {}])).toEqual(['r1-1']);
});
