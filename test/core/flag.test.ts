import { expect, test } from 'vitest';
import { pressing, shownFlags, type Flag } from '../../src/core/flag.js';
import { personNeeded } from '../../src/core/run/person.js';
import { markIdle } from '../../src/inspect/executed/idle.js';

const flag = (file: string, line: number): Flag => ({ code: 'cache', file, line, text: '', why: 'it keeps results' });

test('flags of code that is never executed do not hide the one that is', () => {
  const decoys = Array.from({ length: 8 }, (_, n) => [1, 2, 3].map((line) => flag(`src/debug${n}.js`, line))).flat();
  const executed = (file: string): Set<number> | null => (file === 'src/z.js' ? new Set([7]) : null);
  const { shown, more } = shownFlags(markIdle([...decoys, flag('src/z.js', 7)], { executed, processes: { v8: 1, python: 0 } }, false));
  expect(pressing(shown)).toEqual([flag('src/z.js', 7)]);
  expect(shown[0]).toEqual(flag('src/z.js', 7));
  expect(shown).toHaveLength(20);
  expect(more).toBe(5);
  expect(personNeeded('risky', { verdict: { kind: 'accepted', measured: null, reasons: [] } as never, flags: shown })).toBe('risky');
});

test('nor do those of other lines in the same file, of which three of a kind are shown', () => {
  const flags = [1, 2, 3, 4, 9].map((line) => flag('src/z.js', line));
  const marked = markIdle(flags, { executed: () => new Set([9]), processes: { v8: 1, python: 0 } }, false);
  const { shown, more } = shownFlags(marked);
  expect(shown.map(({ line }) => line)).toEqual([9, 1, 2]);
  expect(more).toBe(0);
});
