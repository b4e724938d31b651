import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareColumns, type ColumnRule } from '../../../src/core/check/columns.js';
import { readTable } from '../../../src/core/check/table.js';

const rule = (more: Partial<ColumnRule> = {}): ColumnRule => ({ tolerance: { relative: 0, absolute: 0 }, columns: {}, ignore: [], ...more });
const compare = (a: string, b: string, more: Partial<ColumnRule> = {}) => compareColumns(a, b, rule(more));

const csv = 'name,loss,time\nfirst,0.5,12\nsecond,0.25,13\n';

describe('a table', () => {
  it('agrees with itself, whatever delimits its cells', () => {
    for (const delimiter of [',', ';', '\t', '   ']) expect(compare(csv.replaceAll(',', delimiter), csv.replaceAll(',', delimiter))).toEqual({ agree: true });
  });

  it('has a tolerance for each column, by name or by number', () => {
    const changed = csv.replace('0.25', '0.2500001').replace('13', '99');
    expect(compare(csv, changed, { columns: { loss: { relative: 1e-6, absolute: 0 } }, ignore: ['time'] })).toEqual({ agree: true });
    expect(compare(csv, changed, { columns: { 2: { relative: 1e-6, absolute: 0 } }, ignore: ['3'] })).toEqual({ agree: true });
    expect(compare(csv, changed, { columns: { loss: { relative: 1e-9, absolute: 0 } } })).toMatchObject({ whose: 'candidate', text: 'row 3, column loss: "0.25" became "0.2500001" (the first of 2 places that differ)' });
  });

  it('compares what is no number as text, whatever the tolerance', () => {
    expect(compare(csv, csv.replace('second', 'third'), { tolerance: { relative: 1, absolute: 1 } })).toMatchObject({ text: 'row 3, column name: "second" became "third"' });
  });

  it('must have as many rows and cells', () => {
    expect(compare(csv, csv.replace(/second.*\n/, ''))).toMatchObject({ text: 'the champion printed 3 rows, the candidate 2' });
    expect(compare(csv, csv.replace(',13', ''))).toMatchObject({ text: 'row 3: 3 cells became 2' });
  });

  it('whose named column is missing is a fault of the check', () => {
    expect(compare(csv, csv, { ignore: ['speed'] })).toEqual({ agree: false, whose: 'champion', text: 'there is no column "speed"; there are name, loss, time' });
    expect(compare('1 2\n', '1 2\n', { ignore: ['x'] })).toMatchObject({ whose: 'champion', text: 'there is no column "x"; there are 2, without a header' });
  });

  it('holds cells in quotes as RFC 4180 has them', () => {
    expect(readTable('a,"b, ""c""\nd",e\n1,,"x"y,\n', ',')).toEqual([['a', 'b, "c"\nd', 'e'], ['1', '', 'xy', '']]);
    expect(compare('a,b\n1,"2\n', 'a,b\n1,"2\n')).toMatchObject({ whose: 'champion', text: expect.stringContaining('never closed') });
  });

  it('is read back as it was written', () => {
    const cell = fc.string().map((text) => text.replaceAll(/[\s"]+/g, '_')).filter((text) => text !== '');
    const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
    fc.assert(
      fc.property(fc.array(fc.array(fc.oneof(cell, cell.map((text) => `${text}, "${text}"\n${text}`)), { minLength: 2, maxLength: 4 }), { minLength: 1 }), (rows) => {
        expect(readTable(rows.map((row) => row.map(quoted).join(',')).join('\n'), ',')).toEqual(rows);
      }),
    );
  });
});
