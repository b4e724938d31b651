import { describe, expect, it } from 'vitest';
import { comparePrinted, formOf, learnPrinted, type Printed, type PrintedRule } from '../../../src/core/check/printed.js';

const rule = (more: Partial<PrintedRule> = {}): PrintedRule => ({ mode: 'lines', tolerance: { relative: 0, absolute: 0 }, vary: [], ...more });
const pairs = (...printed: Printed[]) => printed.map((one) => ({ printed: one }));

describe('what two sides print', () => {
  it('is nothing where only markers of metrics are left', () => {
    expect(comparePrinted('‹ops›\n', '‹ops›\n', rule())).toEqual({ kind: 'nothing' });
    expect(comparePrinted('‹ops›\n', '‹ops›\n‹ops›\n', rule())).toMatchObject({ kind: 'differs' });
  });

  it('is read in one pass, also where millions of markers begin and none ends', () => {
    const open = '‹'.repeat(2_000_000);
    expect(comparePrinted(open, open, rule())).toEqual({ kind: 'same' });
  });

  it('differs at its first place, with the forms of lines that differ', () => {
    expect(comparePrinted('sum 1\nseen 4.5\nend', 'sum 1\nseen 4.7\nend', rule())).toEqual({ kind: 'differs', text: 'line 2: "seen 4.5" became "seen 4.7"', forms: ['seen #'] });
    expect(comparePrinted('sum 1', 'sum 1\ndone 3', rule())).toMatchObject({ forms: ['done #'] });
  });

  it('has no forms when only the order differs', () => {
    expect(comparePrinted('a\nb', 'b\na', rule())).toMatchObject({ kind: 'differs', forms: null });
  });

  it('may differ in lines of the forms that vary, whichever and however many they are', () => {
    const vary = ['seen #'];
    expect(comparePrinted('sum 1\nseen 4.5', 'seen 1\nsum 1\n seen 7', rule({ vary }))).toEqual({ kind: 'same' });
    expect(comparePrinted('sum 1\nseen 4.5', 'sum 2\nseen 4.5', rule({ vary }))).toMatchObject({ kind: 'differs' });
    expect(comparePrinted('sum 1\nseen 4.5', 'seen 4.5\nseen 1', rule({ vary }))).toMatchObject({ kind: 'differs' });
    expect(comparePrinted('seen 4.5', 'seen 4.7', rule({ vary }))).toEqual({ kind: 'nothing' });
  });

  it('is compared with tolerance where that is asked for', () => {
    expect(comparePrinted('loss 1.0', 'loss 1.0001', rule({ mode: 'numbers', tolerance: { relative: 1e-3, absolute: 0 } }))).toEqual({ kind: 'same' });
    expect(comparePrinted('seen 1', 'seen 2', rule({ mode: 'exact', vary: ['seen #'] }))).toMatchObject({ kind: 'differs' });
  });
});

describe('pairs of one commit with itself', () => {
  it('teach which lines vary', () => {
    const differs = (form: string): Printed => ({ kind: 'differs', text: '', forms: [form] });
    expect(learnPrinted(pairs({ kind: 'same' }, differs('seen #'), differs('at #'), differs('seen #')))).toEqual({ kind: 'repeats', vary: ['at #', 'seen #'] });
    expect(learnPrinted(pairs({ kind: 'same' }, { kind: 'same' }))).toEqual({ kind: 'repeats', vary: [] });
    expect(learnPrinted(pairs({ kind: 'nothing' }, { kind: 'nothing' }))).toEqual({ kind: 'nothing' });
  });

  it('teach that nothing can be compared when no form explains the difference', () => {
    expect(learnPrinted(pairs({ kind: 'same' }, { kind: 'differs', text: 'line 1: "a" became "b"', forms: null }))).toEqual({ kind: 'varies', text: 'line 1: "a" became "b"' });
  });

  it('teach nothing when their output was not looked at', () => {
    expect(learnPrinted([{}, {}])).toBeNull();
    expect(learnPrinted([])).toBeNull();
  });
});

it('a form is a line without its numbers', () => {
  expect(formOf('  took 12.5 ms (1e-3, nan) in x1 ')).toBe('took # ms (#, #) in x#');
});
