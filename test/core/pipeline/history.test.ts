import { describe, expect, it } from 'vitest';
import { PerfloopError } from '../../../src/core/errors.js';
import type { PipelineSettings, StepDefinition } from '../../../src/core/pipeline/graph/definition.js';
import { plan } from '../../../src/core/pipeline/graph/plan.js';
import { begin } from '../../../src/core/pipeline/machine/begin.js';
import { complete, type Outcome } from '../../../src/core/pipeline/machine/complete.js';
import { dump, type Dump } from '../../../src/core/pipeline/machine/dump.js';
import { end, history, lastOutput, outputs } from '../../../src/core/pipeline/machine/end.js';
import { expire, nextDeadline, stop, toCancel } from '../../../src/core/pipeline/machine/expire.js';
import { load } from '../../../src/core/pipeline/machine/load.js';
import { ready } from '../../../src/core/pipeline/machine/ready.js';
import { start, type StartOptions } from '../../../src/core/pipeline/machine/start.js';
import type { DoneStep, Machine } from '../../../src/core/pipeline/machine/state.js';
import { crash } from './support/drive.js';
import { step } from './support/run.js';

const started = (steps: readonly StepDefinition[], settings: PipelineSettings = {}, options: Partial<StartOptions> = {}): Machine => start(plan(steps, settings), { run: 'r', ...options }, 0);
/** Runs everything one after another; the outcome is asked for by `a1`. */
function finish(machine: Machine, outcome: (name: string) => Outcome = (name) => ({ kind: 'done', output: name })): string[] {
  const ran: string[] = [];
  for (let [work] = ready(machine, 0); work !== undefined; [work] = ready(machine, 0)) {
    begin(machine, work.name, 0);
    const name = `${work.name}${work.count}`;
    ran.push(name);
    complete(machine, work.name, outcome(name), 0);
  }
  return ran;
}

describe('the history', () => {
  it('records RUNNING and SUCCESS apart', () => {
    const machine = started([step('a')]);
    begin(machine, 'a', 5);
    expect(history(machine)).toEqual([{ step: 'a', count: 1, attempt: 1, status: 'RUNNING', startedAt: 5, endedAt: null, output: null, error: null, sequence: 0 }]);
    const saved = JSON.parse(JSON.stringify(dump(machine))) as Dump;
    expect(saved.executions).toEqual([[0 + 1, 1, 1, 'RUNNING', 5, null, null, null, 0]]);
    complete(machine, 'a', { kind: 'done', output: 'x' }, 9);
    expect(history(machine)).toEqual([{ step: 'a', count: 1, attempt: 1, status: 'SUCCESS', startedAt: 5, endedAt: 9, output: 0, error: null, sequence: 0 }]);
    expect(outputs(machine).get(0)).toBe('x');
    const again = load(machine.plan, saved, 20);
    expect(finish(again)).toEqual(['a1']);
    expect(history(again).map(({ status, count, attempt, error }) => [status, count, attempt, error])).toEqual([['CANCELLED', 1, 1, 'interrupted'], ['SUCCESS', 1, 1, null]]);
  });

  it('tells each attempt, and what was cancelled', () => {
    const machine = started([{ type: 'race', name: 'r', steps: [step('a', { retry: { attempts: 2 } }), step('b')] }]);
    begin(machine, 'a', 0);
    begin(machine, 'b', 0);
    complete(machine, 'a', { kind: 'failed', error: { message: 'flaky' } }, 1);
    begin(machine, 'a', 2);
    complete(machine, 'b', { kind: 'done' }, 3);
    expect(toCancel(machine)).toEqual([{ name: 'a', reason: { kind: 'lost', race: 'r', winner: 'b' } }]);
    expect(end(machine)).toBeNull();
    complete(machine, 'a', { kind: 'done', output: 'too late' }, 4);
    expect(history(machine).map(({ step: name, attempt, status, error }) => [name, attempt, status, error])).toEqual([['a', 1, 'FAILED', 'flaky'], ['b', 1, 'SUCCESS', null], ['a', 2, 'CANCELLED', null]]);
    expect(end(machine)).toMatchObject({ status: 'done', output: { winner: 'b', output: null } });
  });

  it('retains 20 executions of a step by default, and always the last output', () => {
    const loop = (retain?: number): Machine => {
      const machine = started([step('once', { retain }), step('a', { retain, next: [{ to: 'a', when: 'steps.a.count < 30' }] })]);
      finish(machine);
      return machine;
    };
    const kept = (machine: Machine): number[] => history(machine).filter(({ step: name }) => name === 'a').map(({ count }) => count);
    expect(kept(loop())).toEqual(Array.from({ length: 20 }, (_, index) => index + 11));
    expect(kept(loop(3))).toEqual([28, 29, 30]);
    const none = loop(0);
    expect(history(none)).toEqual([]);
    expect([lastOutput(none, 'once'), lastOutput(none, 'a'), outputs(none).size]).toEqual(['once1', 'a30', 2]);
    expect(outputs(loop(3)).size).toBe(4);
    expect(started([step('a')], { retain: 7 }).plan.nodes[1]?.retain).toBe(7);
  });

  it('a long graph with trimmed history still runs every node', () => {
    const steps = Array.from({ length: 600 }, (_, index) => step(`s${index}`, index % 7 === 6 ? { needs: [`s${index - 1}`, `s${index - 5}`] } : { needs: index === 0 ? [] : [`s${index - 1}`] }));
    const machine = started(steps, { retain: 0 });
    expect(finish(machine)).toHaveLength(600);
    expect(history(machine)).toEqual([]);
    expect(end(machine)).toMatchObject({ status: 'done', output: 's5991', executions: 600 });
  });

  it('lets go of what nobody can need: the versions of a chain, and outputs that fell out', () => {
    const machine = started(Array.from({ length: 100 }, (_, index) => step(`s${index}`)), {}, { state: { k: 1 } });
    for (let index = 0; index < 60; index++) {
      begin(machine, `s${index}`, 0);
      complete(machine, `s${index}`, { kind: 'done', writes: [[`k${index}`, index]] }, 0);
    }
    expect(machine.nodes.versions.filter((version) => version !== null).length).toBeLessThanOrEqual(2);
    expect(dump(machine).vectors.length).toBeLessThanOrEqual(3);
  });
});

describe('resume', () => {
  const steps = [step('a'), step('b', { needs: ['a'] }), step('c', { needs: ['a'], retry: { attempts: 3 } }), { type: 'race', name: 'r', needs: ['b'], steps: [step('m1'), { type: 'pipeline', name: 'q', steps: [step('m2'), step('m3')] }] }, step('d', { needs: ['c', 'r'], next: [{ to: 'b', when: 'steps.d.count == 1' }] }), step('e', { needs: ['d'] })];

  it('after a crash at any point runs exactly what had not completed', () => {
    const fails = new Set(['m11', 'm12']);
    const attempts = new Map<string, number>();
    const outcome = (name: string): Outcome => {
      if (name === 'c1' && (attempts.get('c1') ?? 0) < 2) {
        attempts.set('c1', (attempts.get('c1') ?? 0) + 1);
        return { kind: 'failed', error: { message: 'flaky' } };
      }
      return fails.has(name) ? { kind: 'failed', error: { message: 'red' } } : { kind: 'done', output: name, writes: [[name, 1]] };
    };
    const undisturbed = started(steps);
    const expected = finish(undisturbed, outcome);
    expect(expected).toHaveLength(15);
    for (let crashAt = 0; crashAt < expected.length; crashAt++) {
      for (const isRunning of [false, true]) {
        attempts.clear();
        let machine = started(steps);
        const ran: string[] = [];
        for (let index = 0; ; index++) {
          const [work] = ready(machine, 0);
          if (work === undefined) break;
          const name = `${work.name}${work.count}`;
          if (index === crashAt && isRunning) begin(machine, work.name, 0);
          if (index === crashAt) machine = crash(machine.plan, machine);
          const [same] = ready(machine, 0);
          expect([same?.name, same?.count, same?.attempt]).toEqual([work.name, work.count, work.attempt]);
          begin(machine, work.name, 0);
          ran.push(name);
          complete(machine, work.name, outcome(name), 0);
        }
        expect(ran).toEqual(expected);
        expect(end(machine)).toEqual(end(undisturbed));
      }
    }
  });

  it('after a crash around a jump that waits for another branch, or for what runs, goes on the same', () => {
    const forward = [step('x1', { needs: [], next: [{ to: 'j', input: 5 }] }), step('x2', { needs: ['x1'] }), step('y1', { needs: [] }), step('y2', { needs: ['y1'] }), step('j', { needs: ['x2', 'y2'] }), step('k', { needs: ['j'] })];
    const drive = (crashAt: number): { ran: string[]; machine: Machine; events: number } => {
      let machine = started(forward);
      const running: string[] = [];
      const ran: string[] = [];
      let events = 0;
      const event = (): void => {
        if (events++ !== crashAt) return;
        machine = crash(machine.plan, machine);
        running.length = 0;
      };
      for (;;) {
        const [work] = ready(machine, 0);
        // Two at once, so that y1 runs while x1 asks for its jump.
        if (work !== undefined && running.length < 2) {
          begin(machine, work.name, 0);
          running.push(work.name);
        } else {
          const name = running.shift();
          if (name === undefined) return { ran: ran.sort(), machine, events };
          ran.push(name);
          complete(machine, name, { kind: 'done', output: name, writes: [[name, true]] }, 0);
        }
        event();
      }
    };
    const undisturbed = drive(-1);
    expect(undisturbed.ran).toEqual(['j', 'k', 'x1', 'y1', 'y2']);
    for (let crashAt = 0; crashAt < undisturbed.events; crashAt++) {
      const { ran, machine } = drive(crashAt);
      expect([ran, end(machine)]).toEqual([undisturbed.ran, end(undisturbed.machine)]);
    }
  });

  it('keeps what is running, waiting for its retry or to be killed apart', () => {
    const machine = started([{ type: 'parallel', name: 'p', steps: [step('flaky', { retry: { attempts: 2, backoff: 100 } }), { type: 'race', name: 'r', steps: [step('slow'), step('quick')] }, step('runs', { timeout: 1_000 })] }]);
    for (const name of ['flaky', 'slow', 'quick', 'runs']) begin(machine, name, 0);
    complete(machine, 'flaky', { kind: 'failed', error: { message: 'red' } }, 10);
    complete(machine, 'quick', { kind: 'done' }, 10);
    expect(toCancel(machine).map(({ name }) => name)).toEqual(['slow']);
    const again = crash(machine.plan, machine);
    expect(toCancel(again)).toEqual([]);
    expect(ready(again, 50).map(({ name, attempt, delayMs }) => [name, attempt, delayMs])).toEqual([['runs', 1, 0], ['flaky', 2, 60]]);
    expect(nextDeadline(again)).toBeNull();
    begin(again, 'runs', 60);
    expect(nextDeadline(again)).toBe(1_060);
    complete(again, 'runs', { kind: 'done' }, 70);
    begin(again, 'flaky', 110);
    complete(again, 'flaky', { kind: 'done' }, 120);
    expect(end(again)).toMatchObject({ status: 'done', output: { r: { winner: 'quick', output: null } }, executions: 4 });
  });

  it('takes from an earlier run what has the same hash and follows nothing that runs again', () => {
    const hashes = new Map(['a', 'b', 'c', 'd', 'e', 'm1', 'm2', 'm3'].map((name) => [name, `hash of ${name}`]));
    const done: DoneStep[] = [];
    const first = started(steps);
    finish(first, (name) => {
      const [, of = '', count = ''] = /^(.*?)(\d)$/.exec(name) ?? [];
      done.push({ step: of, count: Number(count), hash: `hash of ${of}`, output: name, writes: [[of, Number(count)]] });
      return { kind: 'done', output: name, writes: [[of, Number(count)]] };
    });
    const counts = (machine: Machine): string[] => finish(machine, (name) => ({ kind: 'done', output: name, writes: [[name.slice(0, -1), Number(name.slice(-1))]] }));
    const all = started(steps, {}, { done, hashes });
    expect([counts(all), end(all)?.state]).toEqual([[], end(first)?.state]);
    expect(counts(started(steps, {}, { done: done.filter(({ step: name, count }) => !(name === 'd' && count === 2) && name !== 'e'), hashes }))).toEqual(['d2', 'e1']);
    const edited = new Map([...hashes, ['c', 'another']]);
    expect(counts(started(steps, {}, { done, hashes: edited }))).toEqual(['c1', 'd1', 'b2', 'm12', 'd2', 'e1']);
    expect(counts(started(steps, {}, { done: [], hashes }))).toHaveLength(9);
  });

  it('with another plan is refused', () => {
    const saved = dump(started(steps));
    const refused = (): Machine => load(plan([...steps, step('new')]), saved, 0);
    expect(refused).toThrow(PerfloopError);
    expect(refused).toThrow('run r was started with another plan, which it keeps');
  });

  it('a dump is plain JSON, and small where the history is by reference', () => {
    const machine = started([step('a', { retain: 100, next: [{ to: 'a', when: 'steps.a.count < 50' }] })]);
    finish(machine, (name) => ({ kind: 'done', output: { name, log: 'x'.repeat(500) }, writes: [['best', name]] }));
    const saved = dump(machine);
    expect(JSON.parse(JSON.stringify(saved))).toEqual(saved);
    expect(JSON.stringify(saved.executions).length).toBeLessThan(50 * 60);
  });
});

describe('a driver', () => {
  it('is told of deadlines in order, and kills what they end', () => {
    const machine = started([{ type: 'parallel', name: 'p', timeout: 500, steps: Array.from({ length: 20 }, (_, index) => step(`s${index}`, { timeout: 100 + ((index * 7) % 20) * 10 })) }], { timeout: 10_000 });
    for (let index = 0; index < 20; index++) begin(machine, `s${index}`, index);
    const times: number[] = [];
    for (let due = nextDeadline(machine); due !== null && end(machine) === null; due = nextDeadline(machine)) {
      times.push(due);
      expire(machine, due);
      for (const { name } of toCancel(machine)) complete(machine, name, { kind: 'cancelled' }, due);
    }
    expect(times).toEqual(times.toSorted((one, other) => one - other));
    expect(end(machine)?.status).toBe('failed');
    expect(end(machine)?.errors[0]).toMatchObject({ step: 's0', code: 'PL_STEP_TIMEOUT' });
  });

  it('that stops a run has all that runs to kill, and nothing begins any more', () => {
    const machine = started([step('a', { needs: [] }), step('b', { needs: [] }), step('c', { needs: ['b'] })]);
    begin(machine, 'a', 0);
    stop(machine, 'a person', 1);
    expect(ready(machine, 1)).toEqual([]);
    expect(toCancel(machine)).toEqual([{ name: 'a', reason: { kind: 'stopped', why: 'a person' } }]);
    complete(machine, 'a', { kind: 'cancelled' }, 2);
    expect(end(machine)?.status).toBe('cancelled');
  });

  it('that breaks the rules is told so', () => {
    const machine = started([step('a'), step('b')]);
    expect(() => begin(machine, 'b', 0)).toThrow('step `b` is not ready');
    expect(() => complete(machine, 'a', { kind: 'done' }, 0)).toThrow('step `a` ended and does not run');
    expect(() => begin(machine, 'x', 0)).toThrow('the plan has no step x');
    begin(machine, 'a', 0);
    expect(() => begin(machine, 'a', 0)).toThrow('not ready');
  });

  it('is given so many steps as it asks for', () => {
    const machine = started([{ type: 'parallel', name: 'p', steps: Array.from({ length: 9 }, (_, index) => step(`s${index}`)) }]);
    expect(ready(machine, 0, 2).map(({ name }) => name)).toEqual(['s0', 's1']);
    begin(machine, 's1', 0);
    expect(ready(machine, 0, 2).map(({ name }) => name)).toEqual(['s0', 's2']);
    expect(ready(machine, 0)).toHaveLength(8);
  });
});
