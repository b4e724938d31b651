import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { columns } from '../../src/client/view/columns.js';
import { paint } from '../../src/client/view/line.js';
import { graphLines } from '../../src/client/view/step-graph.js';
import { plain, styleFor } from '../../src/client/style.js';
import { drawn } from '../../src/core/pipeline/drawing/drawn.js';
import { folded } from '../../src/core/pipeline/drawing/fold.js';
import type { StepDefinition } from '../../src/core/pipeline/graph/definition.js';
import { plan } from '../../src/core/pipeline/graph/plan.js';
import { encodeStates, type StepState } from '../../src/core/pipeline/step-states.js';
import { step } from '../core/pipeline/support/run.js';

interface Drawing {
  width?: number;
  unicode?: boolean;
  dense?: boolean;
  states?: StepState[];
  again?: [number, number][];
  colour?: boolean;
}

function draw(steps: readonly StepDefinition[], { width = 80, unicode = true, dense = false, states, again, colour = false }: Drawing = {}): string[] {
  const shown = states === undefined ? null : { states: encodeStates(states), ...(again === undefined ? {} : { again }) };
  return graphLines(folded(drawn(plan(steps), shown)), { width, unicode, dense }).map(({ spans }) => paint(spans, width, colour ? styleFor(true) : plain, '~'));
}

const loop: StepDefinition[] = [
  step('profile'),
  { type: 'race', name: 'tries', steps: [{ type: 'pipeline', name: 'long', steps: [step('agent'), step('build', { retry: { attempts: 3 }, next: [{ to: 'agent', on: 'fail', when: 'steps.build.count < 3' }] })] }, step('short', { enabled: false })] },
  step('judge', { when: `steps.tries.output.winner == "long" and ${'defined(state.a_key_of_a_long_name) and '.repeat(2)}true`, on_fail: 'continue', next: [{ to: 'tries', when: 'steps.judge.count < 3' }, { to: 'last' }] }),
  step('between'),
  step('last'),
];

describe('a plan drawn in the terminal', () => {
  it('shows groups with their members, conditions, jumps back and on, and what is special', () => {
    const text = draw(loop).join('\n');
    expect(text).toMatch(/◇ {2}tries {2}race of 2\n│ +┣━╸◇ {2}long {2}pipeline of 2\n/);
    expect(text).toMatch(/┃ +┃ +↑ back to agent on failure when steps\.build\.count < 3\n/);
    expect(text).toMatch(/○ {2}build {2}step {2}up to 3 attempts\n/);
    expect(text).toMatch(/┣━╸○ {2}short {2}step {2}off\n/);
    expect(text).toMatch(/○ {2}judge {2}step {2}may fail\n│ +when steps\.tries/);
    expect(text).toContain('↑ back to tries when steps.judge.count < 3');
    expect(text).toContain('↓ on to last');
  });

  it('stays within the width, and says long conditions in several lines', () => {
    for (const width of [40, 80]) {
      for (const line of draw(loop, { width })) expect(columns(line)).toBeLessThanOrEqual(width);
    }
    expect(draw(loop).join(' ').replaceAll(/[│ ]+/g, ' ')).toContain(loop[2]?.when);
    const deep = Array.from({ length: 20 }).reduce<StepDefinition>((inner, _, level) => ({ type: 'pipeline', name: `g${level}`, steps: [inner] }), step('inmost'));
    const nested = draw([deep]);
    for (const line of nested) expect(columns(line)).toBeLessThanOrEqual(80);
    expect(nested.at(-1)).toMatch(/… 1 within$/);
  });

  it('needs no Unicode, and no colour', () => {
    for (const unicode of [true, false]) {
      const lines = draw(loop, { unicode, states: ['done', 'running', 'running', 'done', 'running', 'off', 'waiting', 'waiting', 'waiting'], again: [[3, 2]] });
      // oxlint-disable-next-line no-control-regex
      if (!unicode) expect(lines.join('\n')).toMatch(/^[\x20-\x7e\n]*$/);
      expect(lines.join('\n')).toMatch(/agent {2}step {2}done, 2 times\n/);
      expect(lines.join('\n')).toMatch(/build {2}step {2}running/);
      const coloured = draw(loop, { unicode, colour: true }).join('\n');
      expect(coloured).toContain('\u001b[');
      expect(stripVTControlCharacters(coloured)).toBe(draw(loop, { unicode }).join('\n'));
    }
  });

  it('of 500 alike draws a few, those first that failed, and counts the rest', () => {
    const names = Array.from({ length: 498 }, (_, index) => `shard-${index}`);
    const states: StepState[] = ['done', ...names.map((_, index): StepState => (index === 400 ? 'failed' : index > 450 ? 'waiting' : 'done')), 'waiting'];
    const lines = draw([step('begin'), ...names.map((name) => step(name, { needs: ['begin'] })), step('end', { needs: names })], { states, dense: true });
    expect(lines.length).toBeLessThan(30);
    const text = lines.join('\n');
    expect(text).toMatch(/✗ .*shard-400 {2}step {2}failed/);
    expect(text).toMatch(/492 more of type step, shard-5 to shard-497 {2}445 done, 47 waiting/);
    expect(text).toMatch(/end {2}step$/);
    const hung = draw([{ type: 'parallel', name: 'all', steps: names.map((name) => step(name)) }]);
    expect(hung.length).toBeLessThan(12);
  });

  it('says in words what steps need where lanes are too many', () => {
    const wide = Array.from({ length: 40 }, (_, index) => step(`s${index}`, index === 0 ? {} : { needs: index < 20 ? ['s0'] : [`s${index - 1}`, `s${index - 19}`], when: `input != ${index}` }));
    const lines = draw(wide, { width: 60 });
    expect(lines.join('\n')).toMatch(/○ {2}s39 {2}step\n +after s38, s20\n/);
    for (const line of lines) expect(columns(line)).toBeLessThanOrEqual(60);
  });

  it('leaves out the rows between steps where it is to be dense', () => {
    expect(draw([step('a'), step('b'), step('c')], { dense: true })).toHaveLength(3);
    expect(draw([step('a', { needs: [] }), step('b', { needs: [] })], { dense: true })).toHaveLength(3);
  });

  it('shows text of others without what steers a terminal', () => {
    expect(draw([step('a\u001b[31mb\nc')])).toEqual(['○  a [31mb c  step']);
  });
});
