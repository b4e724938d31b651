import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import * as fc from 'fast-check';
import type { Question, SamplingProgress } from '../../src/core/status.js';
import { asciiGlyphs } from '../../src/client/view/glyphs.js';
import { axisOf, intervalBar } from '../../src/client/view/interval-bar.js';
import { columns, take, takeEnd } from '../../src/client/view/columns.js';
import { renderView, type Sampling, type ViewOptions } from '../../src/client/view/render.js';
import { drawn } from '../../src/core/pipeline/drawing/drawn.js';
import { folded } from '../../src/core/pipeline/drawing/fold.js';
import { plan } from '../../src/core/pipeline/graph/plan.js';
import { encodeStates, type StepState } from '../../src/core/pipeline/step-states.js';
import { step } from '../core/pipeline/support/run.js';
import { refusedTrial, sampleStatus, sampleTrial } from './sample-status.js';

const options: ViewOptions = { width: 100, height: 40, now: 1_700_000_134_000, colour: false, unicode: true, notes: [] };
const progress: SamplingProgress = { stage: 'screen', pairs: 8, nextLook: 10, most: 20, ratio: 1.064, ci95: [1.011, 1.119], doing: 'sampling', resumed: 0 };
const sampling: Sampling[] = [{ of: 'r1-3', progress }];
const lineWith = (view: string, text: string) => view.split('\n').find((line) => line.includes(text)) ?? '';

describe('the live view', () => {
  it('shows run, target, state, time and budgets at the top', () => {
    const [title = '', budget = ''] = renderView(sampleStatus(), [], options).split('\n');
    expect(title).toMatch(/^perfloop r-k3v7q2xa {2}density-clustering.*running {2}2m 14s$/);
    expect(budget).toContain('round 1 of 3   trials 3 of 100');
    expect(budget).toContain('time 2m 14s of 8h 00m');
    expect(budget).toContain('214 samples');
  });

  it('counts no waiting for a person as used of the wall time', () => {
    const { budget, startedAt } = sampleStatus();
    const asked = (more: object): string => renderView(sampleStatus({ budget: { ...budget, ...more } }), [], options);
    expect(asked({ askingMs: 60_000 })).toContain('time 1m 14s of 8h 00m');
    expect(asked({ askingMs: 60_000, askingSince: startedAt + 124_000 })).toContain('time 1m 04s of 8h 00m');
    expect(asked({ askingMs: 60_000 }).split('\n')[0]).toMatch(/2m 14s$/);
  });

  it('ticks the phases that are done and points at the one that runs', () => {
    expect(renderView(sampleStatus(), [], options)).toContain('✓ warmup ── ✓ profile ── ✓ analyze ── ✓ optimize ── ● execute ── ○ learn');
    expect(renderView(sampleStatus({ phase: 'start' }), [], options)).toContain('○ warmup ── ○ profile');
    expect(renderView(sampleStatus({ phase: 'finish' }), [], options)).toContain('✓ learn ── ● finish');
    expect(renderView(sampleStatus({ phase: 'profile', round: 2 }), [], options)).toContain('✓ warmup ── ● profile ── ○ analyze');
  });

  it('shows each candidate with state, change, place, ratio and interval', () => {
    const view = renderView(sampleStatus(), [], options);
    expect(lineWith(view, 'r1-1')).toMatch(/✓ r1-1 +accepted +spread-in-reduce +lib\/DBSCAN\.js:134 +1\.420x {2}1\.391 \.\. 1\.447/);
    expect(lineWith(view, 'r1-2')).toMatch(/✗ r1-2 +rejected +math-hypot +lib\/OPTICS\.js:22 +1\.003x/);
    expect(lineWith(view, 'array-includes')).toMatch(/● r1-3 +screening/);
  });

  it('shows the sampling under way as it narrows', () => {
    const view = renderView(sampleStatus(), sampling, options);
    expect(view).toContain('r1-3 screening  8 of at most 20 pairs, next look at 10');
    expect(view).toMatch(/┣━+.*●━+┫.* 1\.064x \(1\.011 \.\. 1\.119\)/);
    expect(view).toContain('asked 1.020');
  });

  it('shows each of several metrics by itself, and which is only a guard', () => {
    const metrics = [{ name: 'parse', ratio: 1.21, ci95: [1.1, 1.32] as [number, number], primary: true }, { name: 'memory', ratio: 0.98, ci95: [0.97, 0.99] as [number, number], primary: false }];
    const view = renderView(sampleStatus(), [{ of: 'candidate', progress: { ...progress, metrics } }], options);
    expect(lineWith(view, 'parse')).toMatch(/^ {2}parse +1\.210x \(1\.100 \.\. 1\.320\)$/);
    expect(lineWith(view, 'memory')).toMatch(/^ {2}memory +0\.980x \(0\.970 \.\. 0\.990\) {2}guard$/);
    const many = Array.from({ length: 20 }, (_, index) => ({ ...(metrics[0] as (typeof metrics)[number]), name: `metric-${index}` }));
    expect(renderView(sampleStatus(), [{ of: 'candidate', progress: { ...progress, metrics: many } }], { ...options, height: 60 })).toContain('and 12 more');
  });

  it('says what was kept over a crash, and that it waits for the machine', () => {
    expect(renderView(sampleStatus(), [{ of: 'r1-3', progress: { ...progress, resumed: 5 } }], options)).toContain('5 kept from before an interruption');
    expect(renderView(sampleStatus(), [{ of: 'r1-3', progress: { ...progress, doing: 'waiting' } }], options)).toContain('waiting for the machine');
  });

  it('shows the cost before there is any trial', () => {
    const view = renderView(sampleStatus({ trials: [] }), [], options);
    expect(view).toContain('about 46 samples a trial (at most 160)');
    expect(view).toContain('a true gain of 4.3% is found 9 times in 10');
  });

  it('shows the best so far', () => {
    expect(renderView(sampleStatus(), [], options)).toContain('best so far  42.0% faster than the base  1.420x (1.391 .. 1.447)');
    expect(renderView(sampleStatus({ speedup: null }), [], options)).toContain('the base; nothing accepted yet');
  });

  it('gives the exact command for what waits for a person, on any width', () => {
    const waiting = sampleStatus({ trials: [sampleTrial({ id: 'r1-3', state: 'awaiting-approval' })] });
    for (const width of [60, 80, 120]) {
      const lines = renderView(waiting, [], { ...options, width }).split('\n').map((line) => line.trim());
      expect(lines.some((line) => line.startsWith('perfloop approve r-k3v7q2xa r1-3'))).toBe(true);
      expect(lines.some((line) => line.endsWith('perfloop reject r-k3v7q2xa r1-3'))).toBe(true);
    }
    expect(renderView(sampleStatus({ state: 'awaiting-approval', phase: 'approval' }), [], options)).toContain('perfloop approve r-k3v7q2xa final');
  });

  it('shows what a step asks, with what there is to decide by, and how to answer', () => {
    const question: Question = { id: 'gate@2', step: 'gate', round: 1, count: 2, attempt: 1, text: 'Ship it?', facts: [{ name: 'draft', text: 'alpha waits less' }, { name: 'changes', text: ' a.js | 2 +-\n b.js | 1 +' }], since: 0, until: 1_700_100_000_000, onTimeout: 'reject' };
    const status = sampleStatus({ state: 'awaiting-approval', trials: [], questions: [question] });
    const view = renderView(status, [], options);
    expect(lineWith(view, 'gate@2 waits for you')).toContain('Ship it?');
    expect(lineWith(view, 'draft')).toMatch(/^ {4}draft +alpha waits less$/);
    expect(view).toMatch(/changes {3}a\.js \| 2 \+-\n +b\.js \| 1 \+/);
    expect(lineWith(view, 'rejected at')).toContain('2023-11-16T02:00:00.000Z');
    expect(view).toContain('perfloop approve r-k3v7q2xa gate@2  or  perfloop reject r-k3v7q2xa gate@2');
    // It is no question about the whole branch, and an answer ends it.
    expect(view).not.toContain('final');
    const decided = { ...status, decisions: [{ id: 'd', trial: 'gate@2', approve: true, who: 'ann', comment: '', at: 1 }] };
    expect(renderView(decided, [], options)).not.toContain('perfloop approve');
  });

  it('says that the worker is away, that there are warnings, and why it failed', () => {
    expect(renderView(sampleStatus(), [], { ...options, notes: ['worker away, waiting'] })).toContain('! worker away, waiting');
    expect(renderView(sampleStatus({ warnings: ['dirty tree'] }), [], options)).toContain('warning dirty tree');
    expect(renderView(sampleStatus({ state: 'failed', error: { code: 'PL_BASE_RED', message: 'tests fail' } }), [], options)).toContain('error PL_BASE_RED: tests fail');
  });

  it('follows the stages of a judgement', () => {
    const judge = sampleStatus({ kind: 'judge', phase: 'execute', trials: [sampleTrial({ id: 'candidate', state: 'confirming', verdict: null })] });
    expect(renderView(judge, [], options)).toContain('✓ prepare ── ✓ screen ── ✓ rebuild ── ● confirm');
  });

  it('keeps what runs and what waits when the candidates are too many for the screen', () => {
    const many = sampleStatus({ trials: [sampleTrial({ id: 'r1-w', state: 'awaiting-approval' }), ...Array.from({ length: 60 }, (_, index) => refusedTrial({ id: `r1-${index}` })), sampleTrial({ id: 'r1-x', state: 'screening', verdict: null })] });
    const view = renderView(many, sampling, { ...options, height: 30 });
    expect(view.split('\n').length).toBeLessThanOrEqual(30);
    expect(view).toContain('◆ r1-w');
    expect(view).toContain('● r1-x');
    expect(view).toMatch(/… \d+ more in `perfloop show`/);
  });

  it('colours only when it is told to', () => {
    const coloured = renderView(sampleStatus(), sampling, { ...options, colour: true });
    expect(coloured).not.toBe(stripVTControlCharacters(coloured));
    expect(stripVTControlCharacters(coloured)).toBe(renderView(sampleStatus(), sampling, options));
  });

  it('uses nothing but ASCII where the terminal knows no more', () => {
    // oxlint-disable-next-line no-control-regex
    expect(renderView(sampleStatus(), sampling, { ...options, unicode: false })).toMatch(/^[\u0000-\u007f]*$/);
  });

  it('does not let names of others steer the terminal', () => {
    const evil = sampleStatus({ doing: 'a\u001b[2Jb\nc', target: { ...sampleStatus().target, name: 'x\u001b]0;owned\u0007' } });
    expect(stripVTControlCharacters(renderView(evil, [], options))).toBe(renderView(evil, [], options));
    expect(renderView(evil, [], options).split('\n')).toHaveLength(renderView(sampleStatus(), [], options).split('\n').length);
  });

  it('fits every size of terminal', () => {
    const statuses = [sampleStatus(), sampleStatus({ trials: [] }), sampleStatus({ kind: 'judge', trials: [refusedTrial()] }), sampleStatus({ warnings: ['w'.repeat(300)], trials: [sampleTrial({ state: 'awaiting-approval' })] })];
    fc.assert(
      fc.property(fc.constantFrom(...statuses), fc.integer({ min: 20, max: 220 }), fc.integer({ min: 4, max: 60 }), fc.boolean(), (status, width, height, unicode) => {
        const lines = renderView(status, sampling, { ...options, width, height, unicode, notes: ['n'.repeat(90)] }).split('\n');
        expect(lines.length).toBeLessThanOrEqual(height);
        for (const line of lines) expect(columns(line)).toBeLessThanOrEqual(width);
      }),
      { numRuns: 300 },
    );
  });
});

describe('columns of a terminal', () => {
  it('counts wide characters twice and combined ones once', () => {
    expect([columns('abc'), columns('日本'), columns('e\u0301'), columns('🚀')]).toEqual([3, 4, 1, 2]);
  });

  it('never takes more than asked, from either end', () => {
    expect([take('日本語', 5), takeEnd('日本語', 5), takeEnd('abc', 0), take('abc', 2)]).toEqual(['日本', '本語', '', 'ab']);
  });
});

describe('the interval bar', () => {
  const text = (line: readonly (readonly [string, ...unknown[]])[]) => line.map(([part]) => part).join('');

  it('marks no change, what is asked, the estimate and the ends of the interval in order', () => {
    const [bar, labels] = intervalBar({ ratio: 1.3, ci95: [1.2, 1.4], delta: Math.log(1.1) }, 60, asciiGlyphs);
    expect(text(bar)).toMatch(/^-*\|-+:-+\[=+O=+\]-*$/);
    expect(text(labels)).toContain('asked 1.100');
  });

  it('is green only when the whole interval is beyond what is asked', () => {
    const pointOf = (ci95: [number, number]) => intervalBar({ ratio: 1.3, ci95, delta: Math.log(1.1) }, 60, asciiGlyphs)[0].find(([part]) => part === 'O')?.[1];
    expect(pointOf([1.2, 1.4])).toContain('green');
    expect(pointOf([1.05, 1.4])).toContain('yellow');
    expect(intervalBar({ ratio: 0.9, ci95: [0.8, 1.05], delta: Math.log(1.1) }, 60, asciiGlyphs)[0].find(([part]) => part === 'O')?.[1]).toContain('red');
  });

  it('holds the interval, 1 and delta on its axis, whatever they are', () => {
    const ratio = fc.double({ min: 0.001, max: 1000, noNaN: true });
    fc.assert(
      fc.property(ratio, ratio, ratio, fc.double({ min: 0, max: 0.7, noNaN: true }), fc.integer({ min: 8, max: 120 }), (a, b, c, delta, width) => {
        const [low = 1, middle = 1, high = 1] = [a, b, c].sort((one, other) => one - other);
        const bar = { ratio: middle, ci95: [low, high] as const, delta };
        const [from, to] = axisOf(bar);
        expect(from).toBeLessThanOrEqual(Math.min(1, low) * 1.000001);
        expect(to).toBeGreaterThanOrEqual(Math.max(1, high, Math.exp(delta)) * 0.999999);
        const [line, labels] = intervalBar(bar, width, asciiGlyphs);
        expect(text(line)).toHaveLength(width);
        expect(text(labels)).toHaveLength(width);
        expect(text(line).split('O')).toHaveLength(2);
      }),
    );
  });
});

describe('the live view of steps that form a graph', () => {
  const steps = { steps: 40, done: 12, failed: 1, left: 2, executions: 45, running: ['build', 'test'] };
  it('says how many are done, and which run', () => {
    const view = renderView(sampleStatus({ steps, phase: 'command' }), [], options);
    expect(lineWith(view, 'steps done')).toBe('● 12 of 40 steps done, 1 failed, 2 left out, 45 executions');
    expect(lineWith(view, 'build')).toBe('  build, test');
    expect(view).not.toContain('optimize');
  });

  it('names none that run when it is over', () => {
    const view = renderView(sampleStatus({ steps: { ...steps, done: 40, failed: 0, left: 0, executions: 40 }, state: 'done', endedAt: 1_700_000_134_000 }), [], options);
    expect(lineWith(view, 'steps done')).toBe('✓ 40 of 40 steps done');
    expect(view).not.toContain('build, test');
  });

  const names = Array.from({ length: 40 }, (_, index) => `s${index}`);
  const planned = plan(names.map((name) => step(name)));
  const drawnAt = (running: number) => folded(drawn(planned, { states: encodeStates(names.map((_, index): StepState => (index < running ? 'done' : index === running ? 'running' : 'waiting'))) }));

  it('draws them where there is room, and else what is around those that run', () => {
    const whole = renderView(sampleStatus({ steps }), [], { ...options, height: 200, graph: drawnAt(20) });
    expect(whole).toContain('✓  s19  step  done\n●  s20  step  running\n○  s21  step\n');
    expect(whole).not.toContain('build, test');
    for (const height of [24, 30, 40]) {
      const view = renderView(sampleStatus({ steps }), [], { ...options, height, graph: drawnAt(20) });
      expect(view.split('\n').length).toBeLessThanOrEqual(height);
      expect(view).toContain('s20  step  running');
      expect(view).toMatch(/… \d+ lines above\n/);
      expect(view).toMatch(/… \d+ lines below\n/);
      expect(view).toContain('r1-3');
      const [, above] = /… (\d+) lines above/.exec(view) ?? [];
      const [, below] = /… (\d+) lines below/.exec(view) ?? [];
      expect(Number(above) + Number(below) + view.split('\n').filter((line) => /^[✓●○] {2}s\d+ /.test(line)).length).toBe(40);
    }
    const low = renderView(sampleStatus({ steps }), [], { ...options, height: 12, graph: drawnAt(20) });
    expect(low).toContain('build, test');
  });

  it('shows no phases before they begin, nor after they have ended', () => {
    expect(renderView(sampleStatus({ phase: 'start', trials: [] }), [], { ...options, graph: drawnAt(-1) })).toMatch(/○ the steps have not begun\n {2}screening[^]*○ {2}s0 {2}step/);
    const after = renderView(sampleStatus({ steps, phase: 'final', doing: 'measuring' }), [], options);
    expect(after).toContain('final: measuring');
    expect(after).not.toContain('warmup');
  });
});
