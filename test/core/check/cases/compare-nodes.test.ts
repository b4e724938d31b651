import { describe, expect, it } from 'vitest';
import { differenceOf, type NodeRule } from '../../../../src/core/check/cases/compare-nodes.js';
import { type Node, showNode } from '../../../../src/core/check/cases/observation.js';

const rule = (more: Partial<NodeRule> = {}): NodeRule => ({ tolerance: { relative: 0, absolute: 0 }, order: 'same', ...more });
const number = (v: string): Node => ({ t: 'number', v });
const list = (...l: Node[]): Node => ({ t: 'Array', i: 1, l });
const table = (...e: [Node, Node][]): Node => ({ t: 'Object', i: 1, e });

describe('two values of a program', () => {
  it('differ at their first place, told by its path', () => {
    const a = table(['items', { t: 'Array', i: 2, l: [number('1'), { t: 'Object', i: 3, e: [['name', 'x']] }] }]);
    const b = table(['items', { t: 'Array', i: 2, l: [number('1'), { t: 'Object', i: 3, e: [['name', 'y']] }] }]);
    expect(differenceOf(a, a, rule())).toBeNull();
    expect(differenceOf(a, b, rule())).toEqual({ path: '["items"][1]["name"]', champion: '"x" (string)', candidate: '"y" (string)' });
  });

  it('differ by type, and by length', () => {
    expect(differenceOf({ t: 'tuple', l: [number('1')] }, list(number('1')), rule())).toMatchObject({ champion: '(1) (tuple)', candidate: '[1] (Array)' });
    expect(differenceOf(null, false, rule())).toMatchObject({ champion: 'null', candidate: 'false (boolean)' });
    expect(differenceOf(list(number('1')), list(), rule())).toEqual({ path: '.length', champion: '1', candidate: '0' });
  });

  it('differ by the form in which a type holds what it has', () => {
    const empty = ['l', 'u', 'e'].map((form): Node => ({ t: 'class R', i: 1, [form]: [] }));
    for (const a of [...empty, { t: 'class R', i: 1, x: '' }, { t: 'class R', i: 1, v: '' }]) for (const b of empty) expect(differenceOf(a, b, rule()) === null).toBe(a === b);
  });

  it('have exact numbers, or ones within the tolerance', () => {
    const tolerant = rule({ tolerance: { relative: 1e-6, absolute: 0 } });
    expect(differenceOf(number('0'), number('-0'), rule())).not.toBeNull();
    expect(differenceOf(number('0'), number('-0'), tolerant)).toBeNull();
    expect(differenceOf(number('NaN'), number('NaN'), rule())).toBeNull();
    expect(differenceOf(number('1'), number('1.0000001'), tolerant)).toBeNull();
    expect(differenceOf({ t: 'int', v: '1000000' }, { t: 'int', v: '1000001' }, rule({ tolerance: { relative: 0.1, absolute: 0 } }))).not.toBeNull();
    expect(differenceOf({ t: 'Float64Array', i: 1, x: '1 2 3' }, { t: 'Float64Array', i: 1, x: '1 2.5 3' }, tolerant)).toEqual({ path: '[1]', champion: '2', candidate: '2.5' });
  });

  it('differ by which of their parts are one object', () => {
    const same = list({ t: 'Array', i: 2, l: [] }, { r: 2 });
    const other = list({ t: 'Array', i: 2, l: [] }, { t: 'Array', i: 3, l: [] });
    expect(differenceOf(same, other, rule())).toEqual({ path: '[1]', champion: 'an object that was there before (object 2)', candidate: 'another object, []' });
  });

  it('may hold their entries in any order where that was said', () => {
    const [a, b] = [table(['x', number('1')], ['y', { t: 'Array', i: 2, l: [] }]), table(['y', { t: 'Array', i: 2, l: [] }], ['x', number('1')])];
    expect(differenceOf(a, b, rule())).toMatchObject({ champion: 'the entry "x" in place 0', candidate: '"y"' });
    expect(differenceOf(a, b, rule({ order: 'any' }))).toBeNull();
    const [one, two] = [{ t: 'set', i: 1, u: [number('1'), number('2')] }, { t: 'set', i: 1, u: [number('2'), number('1')] }];
    expect(differenceOf(one, two, rule())).toBeNull();
  });

  it('are shown as people write them, and cut', () => {
    expect(showNode(table(['a', list(number('1'), null)], ['b', { t: 'class Point', i: 4, e: [['x', number('2')]] }]))).toBe('{"a": [1, null], "b": class Point {"x": 2}}');
    expect(showNode(list(...Array.from({ length: 1000 }, () => number('12345')))).length).toBeLessThan(200);
  });
});
