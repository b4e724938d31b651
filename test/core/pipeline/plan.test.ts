import { describe, expect, it } from 'vitest';
import { defaultConfig } from '../../../src/core/config/parse.js';
import { stepSchema, type StepConfig } from '../../../src/core/config/steps-schema.js';
import { PerfloopError } from '../../../src/core/errors.js';
import { plan } from '../../../src/core/pipeline/plan.js';

const steps = (...given: unknown[]): StepConfig[] => given.map((step) => stepSchema.parse(step));

function problemsOf(given: StepConfig[]): readonly string[] {
  try {
    plan(given);
  } catch (error) {
    if (error instanceof PerfloopError && error.code === 'PL_STEPS_INVALID') return error.problems;
    throw error;
  }
  return [];
}

describe('plan', () => {
  it('is the default six steps when the config names none', () => {
    const planned = plan(defaultConfig().steps);
    expect(planned.map((step) => step.name)).toEqual(['warmup', 'profile', 'analyze', 'optimize', 'execute', 'learn']);
    expect(planned.map((step) => step.index)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(planned.every((step) => step.enabled && step.command === null)).toBe(true);
  });

  it('keeps file order, names and commands', () => {
    const planned = plan(steps({ type: 'command', name: 'fetch', command: 'make data' }, { type: 'noop', enabled: false }));
    expect(planned[0]).toMatchObject({ index: 1, name: 'fetch', type: 'command', enabled: true, command: { run: 'make data', cwd: '.', timeout: 600_000 } });
    expect(planned[1]).toEqual({ index: 2, name: 'noop', type: 'noop', enabled: false, command: null });
  });

  it('is plain JSON', () => {
    const planned = plan(steps({ type: 'command', command: 'make' }));
    expect(JSON.parse(JSON.stringify(planned))).toEqual(planned);
  });

  it('refuses two steps of one name, said or implied', () => {
    expect(problemsOf(steps({ type: 'noop' }, { type: 'noop' }))).toEqual(['step 2 has the name of step 1, `noop`; give it a `name` of its own']);
    expect(problemsOf(steps({ type: 'noop', name: 'a' }, { type: 'command', name: 'a', command: 'x' }))).toHaveLength(1);
    expect(problemsOf(steps({ type: 'noop', name: 'a' }, { type: 'noop', name: 'b' }))).toEqual([]);
  });

  it('refuses a command step without a command, and a command elsewhere', () => {
    expect(problemsOf(steps({ type: 'command', name: 'lint' }))).toEqual(['step `lint` is of type command and has no `command`']);
    expect(problemsOf(steps({ type: 'noop', command: 'x' }))).toEqual(['step `noop` is of type noop; only the type command takes a `command`']);
  });

  it('refuses steps whose input nothing before them makes', () => {
    expect(problemsOf(steps({ type: 'execute' }))).toEqual(['step `execute` (execute) needs a step of type warmup and one of type optimize before it']);
    expect(problemsOf(steps({ type: 'warmup' }, { type: 'analyze' }, { type: 'profile' }))).toEqual(['step `analyze` (analyze) needs a step of type profile before it']);
  });

  it('takes a disabled step as satisfied', () => {
    const given = steps({ type: 'warmup' }, { type: 'profile', enabled: false }, { type: 'analyze' });
    expect(problemsOf(given)).toEqual([]);
  });

  it('reports every problem at once', () => {
    expect(problemsOf(steps({ type: 'learn' }, { type: 'learn' }, { type: 'command' }))).toHaveLength(4);
  });
});
