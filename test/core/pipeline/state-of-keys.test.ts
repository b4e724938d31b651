import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keyTable } from '../../../src/core/pipeline/keys/key-table.js';
import { differences, emptyVector, entryAt, type Vector, vectorOf, withEntry } from '../../../src/core/pipeline/keys/vector.js';
import { type Entry, joined, rootVersion, type Version, withEntries } from '../../../src/core/pipeline/keys/version.js';
import { StateView } from '../../../src/core/pipeline/keys/view.js';
import { run, step } from './support/run.js';

/** a, then b and c apart, then d. */
const diamond = [step('a'), step('b', { needs: ['a'] }), step('c', { needs: ['a'] }), step('d', { needs: ['b', 'c'] })];

describe('the state of keys', () => {
  it('two branches that wrote one key: the later in file order wins, never the later in time, with a warning', async () => {
    for (const slow of ['b', 'c']) {
      const write = async ({ name, state }: { name: string; state: StateView }, clock: { wait: (ms: number) => Promise<void> }): Promise<void> => {
        await clock.wait(name === slow ? 9 : 1);
        state.set('k', name);
        state.set(name, 1);
      };
      const { state, warnings } = await run(diamond, { b: write, c: write });
      expect(state).toEqual({ b: 1, c: 1, k: 'c' });
      expect(warnings).toEqual(['step `b` and step `c` both wrote the key "k", and neither needs the other; step `d` and what follows see what `c` wrote, which is later in the file']);
    }
  });

  it('a write over what an ancestor wrote is no conflict, whichever branch wrote it', async () => {
    for (const writer of ['b', 'c']) {
      const { state, warnings } = await run(diamond, { a: ({ state }) => state.set('k', 'a'), [writer]: ({ state }: { state: StateView }) => state.set('k', writer) });
      expect([state, warnings]).toEqual([{ k: writer }, []]);
    }
    const deep = [step('a'), step('b1', { needs: ['a'] }), step('b2', { needs: ['b1'] }), step('c', { needs: ['a'] }), step('d', { needs: ['b2', 'c'] })];
    const { state, warnings } = await run(deep, { b1: ({ state }) => state.set('k', 1), b2: ({ state }) => state.set('k', 2), c: ({ state }) => state.set('other', 1) });
    expect([state, warnings]).toEqual([{ k: 2, other: 1 }, []]);
  });

  it('parallel branches do not see each other', async () => {
    const seen: unknown[] = [];
    await run(diamond, {
      b: ({ state }) => state.set('k', 'b'),
      c: async ({ state }, clock) => (await clock.wait(5), seen.push(state.get('k'), state.has('k'), state.keys())),
      d: ({ state }) => seen.push(state.get('k')),
    });
    expect(seen).toEqual([undefined, false, [], 'b']);
  });

  it('deleting, adding again and mutating in a branch stays in the branch', async () => {
    const seen: Record<string, unknown> = {};
    const { state, warnings } = await run(
      diamond,
      {
        b: ({ state }) => {
          state.delete('gone');
          state.delete('again');
          state.set('again', 'b');
          (state.get('list') as number[]).push(2);
          seen['b'] = [state.get('gone'), state.has('gone'), state.keys(), state.get('list')];
        },
        c: async ({ state }, clock) => (await clock.wait(5), (seen['c'] = [state.get('gone'), state.get('again'), state.get('list')])),
      },
      { state: { gone: 1, again: 1, list: [1] } },
    );
    expect(seen).toEqual({ b: [undefined, false, ['again', 'list'], [1, 2]], c: [1, 1, [1]] });
    expect([state, warnings]).toEqual([{ again: 'b', list: [1, 2] }, []]);
  });

  it('a deletion is a write: the later in file order wins', async () => {
    const { state } = await run(diamond, { b: ({ state }) => state.set('k', 1), c: ({ state }) => state.delete('k') }, { state: { k: 0 } });
    expect(state).toEqual({});
    const other = await run(diamond, { c: ({ state }) => state.set('k', 1), b: ({ state }) => state.delete('k') }, { state: { k: 0 } });
    expect([other.state, other.warnings.length]).toEqual([{ k: 1 }, 1]);
  });

  it('reading never counts as writing, and what is read and then changed does', async () => {
    const read = ({ state }: { state: StateView }): unknown => [state.get('table'), state.get('n'), state.has('n'), state.keys()];
    const { warnings, state } = await run(diamond, { b: ({ state }) => void ((state.get('table') as { x: number }).x = 2), c: read, d: read }, { state: { table: { x: 1 }, n: 0 } });
    expect([warnings, state]).toEqual([[], { n: 0, table: { x: 2 } }]);
    const back = await run(diamond, { b: ({ state }) => void ((state.get('table') as { x: number }).x = 1), c: ({ state }) => state.set('table', 5) }, { state: { table: { x: 1 } } });
    expect([back.warnings, back.state]).toEqual([[], { table: 5 }]);
  });

  it('null, 0, false and the empty text are values, undefined is no key', async () => {
    const { state } = await run([step('a'), step('b', { when: 'defined(state.none) and state.none == null and state.zero == 0 and state.no == false and state.blank == "" and not defined(state.nothing)' })], {
      a: ({ state }) => {
        for (const [key, value] of Object.entries({ none: null, zero: 0, no: false, blank: '', nothing: undefined })) state.set(key, value);
      },
      b: ({ state }) => state.set('keys', [state.has('none'), state.has('zero'), state.has('no'), state.has('blank'), state.has('nothing')]),
    });
    expect(state).toEqual({ none: null, zero: 0, no: false, blank: '', keys: [true, true, true, true, false] });
  });

  it('the writes of an attempt that failed are gone', async () => {
    const { state } = await run([step('a', { retry: { attempts: 2 } })], { a: ({ state, attempt }) => {
      state.set(`attempt ${attempt}`, state.keys());
      if (attempt === 1) throw new Error('flaky');
    } });
    expect(state).toEqual({ 'attempt 2': [] });
  });

  it('keys of any name work', async () => {
    const names = ['__proto__', 'constructor', '', 'a b', '\u0000', 'ключ'];
    const { state } = await run([step('a'), step('b')], { a: ({ state }) => names.forEach((name, index) => state.set(name, index)), b: ({ state }) => state.set('seen', names.map((name) => state.get(name))) });
    expect(Object.entries(state).length).toBe(7);
    expect(state['seen']).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('a rerun after a jump writes over what a later step wrote in the pass before, without a warning', async () => {
    const steps = [step('a'), step('b', { needs: ['a'] }), step('c', { needs: ['a'] }), step('d', { needs: ['b', 'c'], next: [{ to: 'b', when: 'steps.d.count < 3' }] })];
    const { state, warnings } = await run(steps, { b: ({ state, count }) => state.set('k', `b${count}`), d: ({ state, count }) => (state.set('seen', [...((state.get('seen') as unknown[] | undefined) ?? []), state.get('k')]), state.set('k', `d${count}`)) });
    expect([state, warnings]).toEqual([{ k: 'd3', seen: ['b1', 'b2', 'b3'] }, []]);
  });

  it('a join of 500 branches is of what they wrote', async () => {
    const names = Array.from({ length: 500 }, (_, index) => `s${index}`);
    const keys = Object.fromEntries(Array.from({ length: 1_000 }, (_, index) => [`k${index}`, index]));
    const { state, warnings } = await run([{ type: 'parallel', name: 'p', steps: names.map((name) => step(name)) }], Object.fromEntries(names.map((name, index) => [name, ({ state }: { state: StateView }) => state.set(`k${index}`, name)])), { state: keys });
    expect(warnings).toEqual([]);
    expect(Object.entries(state).filter(([key, value]) => value !== (Number(key.slice(1)) < 500 ? `s${key.slice(1)}` : Number(key.slice(1))))).toEqual([]);
  });
});

describe('a persistent vector', () => {
  const slots = fc.nat({ max: 70_000 });

  it('holds what a map holds, and every version stays as it was', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.oneof(fc.nat({ max: 40 }), slots), fc.nat()), { maxLength: 60 }), (writes) => {
        let vector = emptyVector<{ value: number }>();
        const oracle = new Map<number, { value: number }>();
        const before: [Vector<{ value: number }>, Map<number, { value: number }>][] = [];
        for (const [slot, value] of writes) {
          before.push([vector, new Map(oracle)]);
          const entry = { value };
          vector = withEntry(vector, slot, entry);
          oracle.set(slot, entry);
        }
        before.push([vector, oracle]);
        for (const [version, map] of before) for (const [slot] of writes) expect(entryAt(version, slot)).toBe(map.get(slot));
      }),
    );
  });

  it('differs from another exactly in the slots whose entries differ', () => {
    fc.assert(
      fc.property(fc.nat({ max: 1_200 }), fc.array(slots, { maxLength: 20 }), fc.array(slots, { maxLength: 20 }), (size, ours, theirs) => {
        const base = vectorOf(Array.from({ length: size }, (_, value) => ({ value })));
        const change = (at: number[]): Vector<{ value: number }> => at.reduce((vector, slot) => withEntry(vector, slot, { value: -slot }), base);
        const [one, other] = [change(ours), change(theirs)];
        const found = new Map<number, unknown[]>();
        differences(one, other, (slot, first, second) => found.set(slot, [first, second]));
        expect([...found.keys()]).toEqual([...new Set([...ours, ...theirs])].sort((x, y) => x - y));
        for (const [slot, entries] of found) expect(entries).toEqual([entryAt(one, slot), entryAt(other, slot)]);
      }),
    );
  });

  it('is joined the same by what was written and by structure', () => {
    const entry = (order: number): Entry => ({ value: order, order, writer: order, count: 1, over: -1, overCount: 0 });
    fc.assert(
      fc.property(fc.array(fc.array(fc.nat({ max: 99 }), { maxLength: 8 }), { minLength: 2, maxLength: 6 }), (branches) => {
        const base = rootVersion(vectorOf(Array.from({ length: 100 }, () => entry(-1))));
        const versions = branches.map((branch, index) => withEntries(base, [...new Set(branch)].map((slot) => [slot, entry(index)] as const), false));
        const told = (conflicts: string[]) => (slot: number, winner: Entry, loser: Entry) => conflicts.push(`${slot} ${winner.order} ${loser.order}`);
        const [byDelta, byStructure]: string[][] = [[], []];
        const one = joined(versions, told(byDelta ?? []));
        const other = joined(versions.map(({ vector }): Version => rootVersion(vector)), told(byStructure ?? []));
        differences(one.vector, other.vector, (slot) => expect.fail(`differ at ${slot}`));
        // By structure nobody knows what the branches began with; that, the caller knows to be an ancestor's.
        expect(new Set(byDelta)).toEqual(new Set(byStructure?.filter((conflict) => !conflict.endsWith(' -1'))));
        for (let slot = 0; slot < 100; slot++) expect(entryAt(one.vector, slot)?.order).toBe(Math.max(-1, ...branches.flatMap((branch, index) => (branch.includes(slot) ? [index] : []))));
      }),
    );
  });

  it('a view lists its keys sorted, whoever made them first', () => {
    const table = keyTable(['z', 'a', 'm']);
    const version = withEntries(rootVersion(emptyVector<Entry>()), [0, 1].map((slot) => [slot, { value: slot, order: 0, writer: 0, count: 1, over: -1, overCount: 0 }] as const), false);
    const view = new StateView(table, version);
    view.set('b', null);
    view.delete('z');
    expect(view.keys()).toEqual(['a', 'b']);
    expect(view.changes()).toEqual([['b', null], ['z']]);
  });
});
