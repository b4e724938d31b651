import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StepConfig } from '../../../src/core/config/steps-schema.js';
import { listedSteps } from '../../../src/core/pipeline/listed.js';
import { withChoices } from '../../../src/core/pipeline/select/apply.js';
import { choose, type SelectableStep, type Selection } from '../../../src/core/pipeline/select/choose.js';

const steps = [
  { type: 'command', name: 'build', enabled: true, command: { run: 'make', cwd: '.', env: {}, timeout: 1000 } },
  { type: 'parallel', name: 'checks', enabled: true, steps: [{ type: 'noop', name: 'lint', enabled: true }, { type: 'pipeline', name: 'inner', enabled: true, steps: [{ type: 'noop', name: 'type', enabled: true }, { type: 'noop', name: 'off', enabled: false }] }] },
  { type: 'noop', name: 'command', enabled: true },
  { type: 'race', name: 'off-group', enabled: false, steps: [{ type: 'noop', name: 'first', enabled: true }] },
] satisfies StepConfig[];
const config = (of: StepConfig[]) => ({ steps: of, loop: { rounds: 1 } as Parameters<typeof listedSteps>[0]['loop'] });
const listed = listedSteps(config(steps));
const names = listed.map(({ name }) => name);

const chosen = (selection: Selection): string => names.filter((_, index) => choose(listed, selection)[index]?.run).join(' ');

describe('choosing steps', () => {
  it('counts from 1 in file order, members included', () => {
    expect(names).toEqual(['build', 'checks', 'lint', 'inner', 'type', 'off', 'command', 'off-group', 'first']);
    expect(listed.map(({ index }) => index)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it.each([
    [{ only: ['name:build'] }, 'build'],
    [{ only: ['name=build'] }, 'build'],
    [{ only: ['type:command'] }, 'build'],
    // A bare word is a name before it is a type.
    [{ only: ['command'] }, 'command'],
    [{ only: ['parallel'] }, 'checks lint inner type'],
    [{ only: ['idx:3'] }, 'checks lint'],
    [{ only: ['#5'] }, 'checks inner type'],
    [{ only: ['idx=1, #7'] }, 'build command'],
    [{ only: ['checks'], skip: ['inner'] }, 'checks lint'],
    [{ only: ['type'] }, 'checks inner type'],
    [{ skip: ['checks'] }, 'build command'],
    [{ skip: ['lint', 'type'] }, 'build command'],
    [{ skip: ['noop'] }, 'build'],
    [{}, 'build checks lint inner type command'],
  ] satisfies [Selection, string][])('%j: %s', (selection, expected) => {
    expect(chosen(selection)).toBe(expected);
  });

  it('says why of every step', () => {
    expect(choose(listed, { only: ['checks,off'], skip: ['#5'] }).map(({ reason }) => reason)).toEqual([
      'not chosen by --only', 'chosen by --only checks', 'chosen by --only checks', 'none of its members runs', 'left out by --skip #5', 'enabled = false', 'not chosen by --only', 'enabled = false', 'in off-group, which is off',
    ]);
  });

  it.each([
    [{ skip: ['buld'] }, 'PL_NO_SUCH_STEP', 'did you mean build?'],
    [{ only: ['type:comand'] }, 'PL_NO_SUCH_STEP', 'did you mean command?'],
    [{ only: ['name:noop'] }, 'PL_NO_SUCH_STEP', 'name:noop'],
    [{ only: ['#10'] }, 'PL_NO_SUCH_STEP', 'there are 9 steps'],
    [{ only: ['#0'] }, 'PL_SELECTOR', 'count from 1'],
    [{ only: ['idx:two'] }, 'PL_SELECTOR', 'no number'],
    [{ only: ['nam:build'] }, 'PL_SELECTOR', 'did you mean name?'],
    [{ only: ['build,,lint'] }, 'PL_SELECTOR', 'empty'],
    [{ only: ['name:'] }, 'PL_SELECTOR', 'names nothing'],
    [{ only: ['build'], skip: ['build'] }, 'PL_NOTHING_TO_RUN', 'no step'],
    [{ only: ['off'] }, 'PL_NOTHING_TO_RUN', 'no step'],
  ] satisfies [Selection, string, string][])('refuses %j with %s', (selection, code, text) => {
    expect(() => choose(listed, selection)).toThrow(expect.objectContaining({ code, message: expect.stringContaining(text) }));
  });

  it('lists every name where a selector means nothing', () => {
    expect(() => choose(listed, { only: ['nothing-like-it'] })).toThrow(expect.objectContaining({ problems: expect.arrayContaining(['#1 build (command)', '#7 command (noop)']) }));
  });
});

/** Any steps, in groups up to two deep, with names that are their numbers. */
const anySteps = fc.array(fc.record({ type: fc.constantFrom('noop', 'publish'), enabled: fc.boolean(), members: fc.array(fc.record({ enabled: fc.boolean() }), { maxLength: 3 }) }), { minLength: 1, maxLength: 6 });
const flags = fc.array(fc.nat({ max: 30 }), { maxLength: 3 });

function built(shape: { type: 'noop' | 'publish'; enabled: boolean; members: { enabled: boolean }[] }[]): StepConfig[] {
  let next = 0;
  return shape.map(({ type, enabled, members }): StepConfig => {
    const name = `s${++next}`;
    return members.length === 0 ? { type, name, enabled } : { type: 'parallel', name, enabled, steps: members.map((member): StepConfig => ({ type: 'noop', name: `s${++next}`, ...member })) };
  });
}

it('of any steps: nothing disabled or skipped runs, --only adds nothing else, and the config afterwards says the same', () => {
  fc.assert(
    fc.property(anySteps, flags, flags, (shape, skip, only) => {
      const written = built(shape);
      const all = listedSteps(config(written));
      const selectors = (numbers: number[]): string[] => numbers.map((number) => (number % all.length) + 1).map((index) => (index % 2 === 0 ? `#${index}` : `name:s${index}`));
      const selection = { skip: selectors(skip), only: selectors(only) };
      let choices;
      try {
        choices = choose(all, selection);
      } catch (error) {
        expect(error).toMatchObject({ code: 'PL_NOTHING_TO_RUN' });
        return;
      }
      const meant = (step: SelectableStep, numbers: number[]): boolean => numbers.some((number) => all[number % all.length]?.name === step.name || all[number % all.length]?.name === step.within);
      for (const [position, step] of all.entries()) {
        const { run } = choices[position] ?? {};
        const isGroup = step.type === 'parallel';
        const runs = step.enabled && !meant(step, skip) && (only.length === 0 || meant(step, only));
        if (isGroup) expect(run).toBe(all.some((member, index) => member.within === step.name && choices[index]?.run === true));
        else expect(run).toBe(runs);
      }
      expect(listedSteps(config(withChoices(written, choices))).map(({ enabled }) => enabled)).toEqual(choices.map(({ run }) => run));
    }),
  );
});
