import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { compareInThread, compareOutputs } from '../../../src/check/compare/in-thread.js';
import { PrintedOutput, type Output } from '../../../src/check/output.js';
import type { Node } from '../../../src/core/check/cases/observation.js';
import { checkSchema } from '../../../src/core/config/check-schema.js';

const signal = new AbortController().signal;
const check = (input: unknown) => checkSchema.parse(input);

function output(text: string): Output {
  const printed = new PrintedOutput();
  printed.append(Buffer.from(text));
  return printed.output(text);
}

/** JSON of so many numbers. */
const numbers = (count: number): Output => output(JSON.stringify(Array.from({ length: count }, (_, index) => index)));

describe('outputs', () => {
  it('agree, or differ in a run that is told', async () => {
    expect(await compareOutputs([output('1'), output('2')], [output('1'), output('2')], check({ compare: 'json' }), { signal })).toEqual({ agree: true });
    expect(await compareOutputs([output('1'), output('2')], [output('1'), output('3')], check({ compare: 'json' }), { signal })).toEqual({ agree: false, whose: 'candidate', text: '$: 2 became 3', run: 1 });
  });

  it('of hundreds of thousands of rows are a table', async () => {
    const rows = output('1,2\n'.repeat(300_000));
    expect(await compareOutputs([rows], [rows], check({ compare: 'columns' }), { signal })).toEqual({ agree: true });
  });
});

describe('a comparison that throws', () => {
  let deep: Node = null;
  for (let depth = 0; depth < 50_000; depth++) deep = { t: 'list', i: depth, l: [deep] };
  const side = (v: Node) => ({ cases: [{ n: 0, given: [], calls: [{ how: 'returns' as const, v, a: [] }] }], why: null });
  const rule = { tolerance: { relative: 0, absolute: 0 }, order: 'same' as const };

  it('is at the fault of the side it is of', async () => {
    const text = expect.stringMatching(/^it cannot be compared: Maximum call stack/) as string;
    expect(await compareInThread({ kind: 'cases', name: 'f', champion: side('x'), candidate: side(deep), rule }, { signal })).toEqual({ agree: false, whose: 'candidate', text });
    expect(await compareInThread({ kind: 'cases', name: 'f', champion: side(deep), candidate: side('x'), rule }, { signal })).toEqual({ agree: false, whose: 'champion', text });
  });
});

const compiled = join(import.meta.dirname, '..', '..', '..', 'dist', 'check', 'compare', 'in-thread.js');

describe.skipIf(!existsSync(compiled))('in a thread of its own, once compiled (needs dist/)', async () => {
  const { compareOutputs: inThread } = existsSync(compiled) ? ((await import(compiled)) as { compareOutputs: typeof compareOutputs }) : { compareOutputs };
  const [small, large] = [output('[1]'), numbers(500_000)];
  const json = check({ compare: 'json' });

  it('timers of the caller go on', async () => {
    let beats = 0;
    const timer = setInterval(() => (beats += 1), 1);
    expect(await inThread([large], [large], json, { signal })).toEqual({ agree: true });
    clearInterval(timer);
    expect(beats).toBeGreaterThan(3);
  });

  it('that takes too long is at the fault of the side that does', async () => {
    expect(await inThread([small], [large], json, { signal, limitMs: 1 })).toEqual({ agree: false, whose: 'candidate', text: 'comparing it takes more than 0.001 s', run: 0 });
    expect(await inThread([large], [small], json, { signal, limitMs: 1 })).toMatchObject({ agree: false, whose: 'champion' });
  });

  it('ends with its caller', async () => {
    const stopped = new AbortController();
    const comparing = inThread([large], [large], json, { signal: stopped.signal });
    stopped.abort(new Error('stopped'));
    await expect(comparing).rejects.toThrow('stopped');
  });
});
