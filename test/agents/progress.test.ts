import { expect, it } from 'vitest';
import { addUsage, noUsage, type AgentIteration, type IterationOutcome } from '../../src/core/agent/attempt.js';
import { endOf, noProgress, progressAfter, type AgentEdit } from '../../src/core/agent/progress.js';
import { problemOfAgent } from '../../src/agents/problem.js';
import { parseConfig } from '../../src/core/config/parse.js';
import type { AgentRun } from '../../src/core/run/contracts.js';
import type { CommandResult } from '../../src/measure/command.js';
import { GroundLost } from '../../src/workflows/host-session.js';
import { applicationCause, endingWith, refusal } from '../../src/workflows/failures.js';

const ref = { sha256: 'a', bytes: 1, kind: 'diff' } as unknown as AgentEdit['diff'];
const edit = (title: string, refused: string | null = null): AgentEdit => ({ kind: 'changed', commit: { commit: title } as AgentEdit['commit'], diff: ref, title, rationale: '', refused });
const iterations = (...outcomes: IterationOutcome[]): AgentIteration[] => outcomes.map((outcome, index) => ({ number: index + 1, outcome, text: outcome, problem: '', prompt: ref, log: ref, diff: null, usage: addUsage(noUsage, noUsage), wallMs: 1 }));

it('after an edit that is refused the next iteration begins with the one before, or with the champion', () => {
  const refused = edit('hooks', 'It changes what must not change: package.json.');
  expect(progressAfter(noProgress, refused).edit).toBeNull();
  const some = progressAfter(noProgress, edit('first'));
  expect(progressAfter(some, refused)).toEqual({ edit: some.edit, refused });
  expect(progressAfter(progressAfter(some, refused), edit('third'))).toEqual({ edit: edit('third'), refused: null });
  for (const none of [{ kind: 'unchanged', said: '' }, { kind: 'leaked', files: [] }, { kind: 'too-large', why: '' }, { kind: 'nested', why: '' }] satisfies AgentRun['edit'][]) expect(progressAfter(some, none)).toEqual(some);
  expect(progressAfter(some, { kind: 'taken-back' })).toEqual(noProgress);
});

it('one that leaves it at a refused edit comes to that edit, so that its trial says why; what does not pass is no candidate', () => {
  const refused = edit('hooks', 'It changes what must not change: package.json.');
  expect(endOf({ edit: edit('first'), refused }, iterations('build-failed', 'protected', 'unchanged'))).toMatchObject({ last: { outcome: 'protected' }, edit: refused });
  expect(endOf({ edit: edit('first'), refused: null }, iterations('tests-failed', 'unchanged'))).toMatchObject({ last: { outcome: 'tests-failed' }, edit: null });
  expect(endOf({ edit: edit('second'), refused: null }, iterations('protected', 'passed'))).toMatchObject({ last: { outcome: 'passed' }, edit: edit('second') });
  expect(endOf(noProgress, iterations('unchanged'))).toMatchObject({ last: { outcome: 'unchanged' }, edit: null });
  expect(endOf(noProgress, iterations('nested', 'too-large'))).toMatchObject({ last: { outcome: 'too-large' }, edit: null });
});

it('whatever ends the workflow of an agent is a failure with a code, which the run can go on from', () => {
  expect(applicationCause(endingWith('PL_AGENT_FAILED', new GroundLost('the host is gone')))).toMatchObject({ type: 'PL_AGENT_FAILED', message: 'the host is gone', nonRetryable: true });
  const known = refusal('PL_AGENT_SETUP', 'npm ci failed');
  expect(endingWith('PL_AGENT_FAILED', known)).toBe(known);
});

it('what an agent says of its end is cut', () => {
  const { agents } = parseConfig('[agents.a]\ncommand = ["agent"]\n', 'perfloop.toml');
  const result = { ok: false, timedOut: false, exitCode: 1, signal: null, stdout: '', stderr: '' } as CommandResult;
  expect(problemOfAgent('a', agents['a'] as NonNullable<typeof agents[string]>, result, 'x'.repeat(1_000_000))).toHaveLength(4000);
});
