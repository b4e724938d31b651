import { execFileSync } from 'node:child_process';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MarshalError, readMarshal, type MarshalValue } from '../../src/profile/import/marshal.js';
import { hasPython } from './programs.js';

/** What Python's marshal writes for Python expressions, one buffer for each of the format versions 0 to 4. */
function marshalled(expressions: string[]): Buffer[] {
  const program = `
import json, marshal, sys
for expression in json.load(sys.stdin):
    for version in range(5):
        print(marshal.dumps(eval(expression), version).hex())`;
  const hex = execFileSync('python3', ['-c', program], { input: JSON.stringify(expressions), encoding: 'utf8', maxBuffer: 2 ** 28 });
  return hex.trim().split('\n').map((line) => Buffer.from(line, 'hex'));
}

/** The value as Python source, and as it is read. */
const plain = fc.letrec<{ value: { source: string; value: MarshalValue } }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom({ source: 'None', value: null }, { source: 'True', value: true }, { source: 'False', value: false }),
    fc.maxSafeInteger().map((value) => ({ source: String(value), value })),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => ({ source: `float("${Object.is(value, -0) ? '-0.0' : String(value)}")`, value })),
    fc.string({ unit: 'binary' }).filter((text) => !/[\uD800-\uDFFF]/.test(text)).map((value) => ({ source: `__import__("json").loads(${JSON.stringify(JSON.stringify(value))})`, value })),
    fc.array(tie('value'), { maxLength: 4 }).map((items) => ({ source: `(${items.map(({ source }) => `${source},`).join('')})`, value: items.map(({ value }) => value) })),
    fc.array(tie('value'), { maxLength: 4 }).map((items) => ({ source: `[${items.map(({ source }) => source).join(',')}]`, value: items.map(({ value }) => value) })),
    fc.uniqueArray(fc.tuple(fc.integer(), tie('value')), { maxLength: 4, selector: ([key]) => key }).map((entries) => ({
      source: `{${entries.map(([key, { source }]) => `${key}: ${source}`).join(',')}}`,
      value: new Map(entries.map(([key, { value }]) => [key, value])),
    })),
  ),
})).value;

describe.skipIf(!hasPython)('against Python\'s own marshal (needs python3)', () => {
  it('reads back what any version of the format holds', () => {
    const samples = fc.sample(plain, { numRuns: 150, seed: 1 });
    const written = marshalled(samples.map(({ source }) => source));
    const read = written.map((bytes) => readMarshal(bytes));
    expect(read).toEqual(samples.flatMap(({ value }) => [value, value, value, value, value]));
  });

  it('follows references to values that were written before', () => {
    const shared = '(lambda s: [s, s, (s, s), {s: s}])("x" * 300)';
    const text = 'x'.repeat(300);
    for (const bytes of marshalled([shared])) expect(readMarshal(bytes)).toEqual([text, text, [text, text], new Map([[text, text]])]);
  });

  it('reads integers of any size as closely as a double can', () => {
    for (const bytes of marshalled(['(2**70, -2**70, 2**31, -2**31, 2**53)'])) expect(readMarshal(bytes)).toEqual([2 ** 70, -(2 ** 70), 2 ** 31, -(2 ** 31), 2 ** 53]);
  });
});

it('ends with a MarshalError or a value on any bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      try {
        readMarshal(Buffer.from(bytes));
      } catch (error) {
        expect(error).toBeInstanceOf(MarshalError);
      }
    }),
    { numRuns: 2000 },
  );
});
