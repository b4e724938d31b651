import { describe, expect, it } from 'vitest';
import { defaultConfig } from '../../../src/core/config/parse.js';
import { drawnConfig, shownStates } from '../../../src/core/pipeline/drawing/of-config.js';
import { plan } from '../../../src/core/pipeline/graph/plan.js';
import { begin } from '../../../src/core/pipeline/machine/begin.js';
import { complete } from '../../../src/core/pipeline/machine/complete.js';
import { toCancel } from '../../../src/core/pipeline/machine/expire.js';
import { ready } from '../../../src/core/pipeline/machine/ready.js';
import { listedSteps, withStates } from '../../../src/core/pipeline/listed.js';
import { stepsShown } from '../../../src/core/pipeline/machine/shown.js';
import { start } from '../../../src/core/pipeline/machine/start.js';
import { decodeStates, encodeStates } from '../../../src/core/pipeline/step-states.js';
import { sampleStatus } from '../../client/sample-status.js';
import { step } from './support/run.js';

describe('what is shown of the steps of a round', () => {
  it('is the state of every step and group in file order, and how often those ran that ran again', () => {
    const planned = plan([
      step('again', { next: [{ to: 'again', when: 'steps.again.count < 3' }] }),
      step('never', { when: 'false', needs: ['again'] }),
      { type: 'race', name: 'race', needs: ['again'], steps: [step('bad'), step('slow'), step('quick')] },
      step('off', { needs: ['race'], enabled: false }),
      step('last', { needs: ['race', 'off'] }),
    ]);
    const machine = start(planned, { run: 'r' }, 0);
    const states = (): string[] | null => decodeStates(stepsShown(planned, machine).states ?? '?');
    const done = { kind: 'done', output: undefined, writes: [] } as const;
    expect(states()).toEqual(['waiting', 'waiting', 'waiting', 'waiting', 'waiting', 'waiting', 'waiting', 'waiting']);
    for (let count = 1; count <= 3; count++) {
      expect(ready(machine, 0).map(({ name }) => name)).toEqual(['again']);
      begin(machine, 'again', 0);
      complete(machine, 'again', done, 0);
    }
    for (const { name } of ready(machine, 0)) begin(machine, name, 0);
    complete(machine, 'bad', { kind: 'failed', error: { message: 'no' } }, 0);
    expect(states()).toEqual(['done', 'skipped', 'running', 'failed', 'running', 'running', 'waiting', 'waiting']);
    complete(machine, 'quick', done, 0);
    for (const { name } of toCancel(machine)) complete(machine, name, { kind: 'cancelled' }, 0);
    for (const { name } of ready(machine, 0)) begin(machine, name, 0);
    expect(states()).toEqual(['done', 'skipped', 'done', 'failed', 'cancelled', 'done', 'off', 'running']);
    expect(stepsShown(planned, machine)).toMatchObject({ again: [[0, 3], [4, 1]], running: ['last'] });
  });

  it('is no list of all states where there are very many', () => {
    const planned = plan(Array.from({ length: 2001 }, (_, index) => step(`s${index}`)));
    expect(stepsShown(planned, start(planned, { run: 'r' }, 0))).toEqual({ steps: 2001, done: 0, failed: 0, left: 0, executions: 1, running: [] });
  });

  it('says which steps wait for a person, until they are answered', () => {
    const config = { ...defaultConfig(), steps: [{ type: 'approve', name: 'gate', enabled: true }, { type: 'noop', name: 'after', enabled: true }] as ReturnType<typeof defaultConfig>['steps'] };
    const status = sampleStatus({
      steps: { steps: 2, done: 0, failed: 0, left: 0, executions: 1, running: ['gate'], states: encodeStates(['running', 'waiting']) },
      questions: [{ id: 'gate@2', step: 'gate', round: 1, count: 2, attempt: 1, text: 'Go on?', facts: [], since: 0, until: 1, onTimeout: 'reject' }],
    });
    const states = (of: typeof status): (string | null)[] => drawnConfig(config, of).map((one) => (one.kind === 'step' ? one.state : null));
    expect(states(status)).toEqual(['asking', 'waiting']);
    expect(withStates(listedSteps(config), shownStates(config, status))).toMatchObject([{ state: 'asking', executions: 1 }, { state: 'waiting', executions: 0 }]);
    expect(states({ ...status, decisions: [{ id: 'd', trial: 'gate@2', approve: true, who: 'me', comment: '', at: 0 }] })).toEqual(['running', 'waiting']);
  });

  it('of a chain follows from the step that ended last', () => {
    const config = { ...defaultConfig(), steps: [{ type: 'noop', name: 'one', enabled: true }, { type: 'noop', name: 'two', enabled: false }, { type: 'noop', name: 'three', enabled: true }, { type: 'noop', name: 'four', enabled: true }] as ReturnType<typeof defaultConfig>['steps'] };
    const of = (changes: Parameters<typeof sampleStatus>[0]): string[] | null => {
      const shown = shownStates(config, sampleStatus(changes));
      return shown === null ? null : decodeStates(shown.states ?? '?');
    };
    const lastStep = { name: 'one', round: 1, status: 'done', at: 0 } as const;
    expect(of({})).toEqual(['running', 'off', 'waiting', 'waiting']);
    expect(of({ lastStep })).toEqual(['done', 'off', 'running', 'waiting']);
    expect(of({ lastStep, round: 2 })).toEqual(['running', 'off', 'waiting', 'waiting']);
    expect(of({ lastStep, state: 'failed', endedAt: 1 })).toEqual(['done', 'off', 'failed', 'waiting']);
    expect(of({ lastStep: { ...lastStep, name: 'four' }, state: 'done', endedAt: 1 })).toEqual(['done', 'off', 'done', 'done']);
    // A run of an earlier version.
    expect(of({ state: 'done', endedAt: 1 })).toBeNull();
  });
});
