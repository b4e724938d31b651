import { expect, test } from 'vitest';
import type { Candidate } from '../../../src/core/candidate.js';
import { configSchema } from '../../../src/core/config/schema.js';
import { flagsOfChangedResults } from '../../../src/core/run/changed-results.js';
import { personNeeded } from '../../../src/core/run/person.js';
import { markIdle } from '../../../src/inspect/executed/idle.js';

const check = { commands: { check: 'python out.py' } };
const curve = { ...check, check: { compare: 'curve', curve: 'step (\\d+) loss (\\S+)' } };
const cases = { cases: [{ module: 'a.py', function: 'f' }] };
const flagsOf = (changesResults: Candidate['changesResults'] | 'nothing', config: object) => {
  const { commands, check: compared } = configSchema.pick({ commands: true, check: true }).parse(Object.fromEntries(Object.entries(config).filter(([key]) => key !== 'cases')));
  // Only whether there are cases counts.
  return flagsOfChangedResults({ file: 'train.py', line: 4, ...(changesResults === 'nothing' || changesResults === undefined ? {} : { changesResults }) }, { commands, check: compared, cases: ('cases' in config ? config.cases : []) as never });
};

test.each([
  ['precision', {}, true],
  ['precision', check, true],
  ['precision', cases, true],
  ['precision', curve, false],
  ['logging', {}, true],
  ['logging', check, false],
  ['logging', cases, false],
  ['rounding', {}, false],
  ['nothing', {}, false],
] as const)('a change of %s with %o: a person is asked: %s', (changes, config, asked) => {
  const flags = markIdle(flagsOf(changes, config), { executed: () => new Set(), processes: { v8: 1, python: 1 } }, false);
  const verdict = { kind: 'accepted', measured: null, reasons: [] } as never;
  expect(personNeeded('risky', { verdict, flags })).toBe(asked ? 'risky' : null);
  expect(flags.map(({ code, file, line }) => [code, file, line])).toEqual(asked ? [['results', 'train.py', 4]] : []);
});
