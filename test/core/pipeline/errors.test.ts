import { expect, it } from 'vitest';
import { placedMessage } from '../../../src/core/pipeline/machine/errors.js';
import { begin } from '../../../src/core/pipeline/machine/begin.js';
import { complete } from '../../../src/core/pipeline/machine/complete.js';
import { end } from '../../../src/core/pipeline/machine/end.js';
import { expire, toCancel } from '../../../src/core/pipeline/machine/expire.js';
import { start } from '../../../src/core/pipeline/machine/start.js';
import { plan } from '../../../src/core/pipeline/graph/plan.js';
import type { Outcome } from '../../../src/core/pipeline/machine/complete.js';

/** What is told of a step that ends so. */
function told(outcome: Outcome, more: object = {}): string[] {
  const machine = start(plan([{ type: 'noop', name: 'a', ...more }]), { run: 'r' }, 0);
  begin(machine, 'a', 0);
  expire(machine, 1000);
  for (const { name } of toCancel(machine)) complete(machine, name, { kind: 'cancelled' }, 1000);
  if (machine.running.size > 0) complete(machine, 'a', outcome, 1000);
  return (end(machine)?.errors ?? []).map(placedMessage);
}

it('an error names its step, execution and attempt once, whoever found it', () => {
  for (const message of ['it broke', 'step a: it broke', 'step a failed: it broke']) expect(told({ kind: 'failed', error: { message } })).toEqual(['step a, execution 1, attempt 1: it broke']);
  expect(told({ kind: 'done', output: Number.NaN })).toEqual(['step a, execution 1, attempt 1: its output is no JSON value: is NaN']);
  expect(told({ kind: 'done' }, { timeout: 500 })).toEqual(['step a, execution 1, attempt 1: took longer than its timeout of 500ms']);
  expect(told({ kind: 'done', output: {} }, { next: [{ to: 'a', when: 'steps.a.output.qps > 3' }] })).toEqual(['step a, execution 1, attempt 1: `next`: there is no key "qps" (at character 15)']);
  expect(placedMessage({ step: '', count: 1, attempt: 1, message: 'the pipeline took longer than its timeout of 1s' })).toBe('the pipeline took longer than its timeout of 1s');
});

it('what a person can do about an error is kept apart from it', () => {
  const machine = start(plan([{ type: 'noop', name: 'a' }]), { run: 'r' }, 0);
  begin(machine, 'a', 0);
  complete(machine, 'a', { kind: 'failed', error: { message: 'it broke', fix: 'Mend it.' } }, 1);
  expect(end(machine)?.errors).toMatchObject([{ message: 'it broke', fix: 'Mend it.' }]);
});
