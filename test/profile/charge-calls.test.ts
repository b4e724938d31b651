import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { chargeCalls, waitingTime } from '../../src/profile/import/charge-calls.js';
import type { CountedFunction, CountedProfile, FrameKind } from '../../src/profile/import/model.js';

function fn(name: string, kind: FrameKind, selfNs: number, totalNs = selfNs): CountedFunction {
  return { frame: { name, module: kind === 'builtin' ? '' : `/${name}.py`, line: 1, column: null, kind }, calls: 1, primitiveCalls: 1, selfNs, totalNs };
}

function profileOf(functions: CountedFunction[], calls: [caller: CountedFunction, callee: CountedFunction, selfNs: number, totalNs: number][]): CountedProfile {
  return {
    source: { fileName: 'p', kind: 'cprofile', pid: 1, tid: 0, name: 'python', threadName: 'python', startNs: null, endNs: null },
    functions,
    calls: calls.map(([caller, callee, selfNs, totalNs]) => ({ caller, callee, calls: 1, primitiveCalls: 1, selfNs, totalNs })),
  };
}

const charged = (profile: CountedProfile): string[] => chargeCalls(profile).map(({ category, frame, via, ns }) => `${category} ${frame?.name ?? '-'} via ${via.name} ${ns}`);

it('charges a builtin to each of its callers by the time measured for it', () => {
  const [a, b, index] = [fn('a', 'source', 10_000), fn('b', 'source', 20_000), fn('index', 'builtin', 100_000)];
  expect(charged(profileOf([a, b, index], [[a, index, 90_000, 90_000], [b, index, 10_000, 10_000]]))).toEqual([
    'code a via a 10000',
    'code b via b 20000',
    'code a via index 90000',
    'code b via index 10000',
  ]);
});

it('passes the time of library code that calls itself on to the function outside of it', () => {
  const caller = fn('copies', 'source', 1000, 101_000);
  const [deepcopy, list] = [fn('deepcopy', 'library', 60_000, 100_000), fn('_deepcopy_list', 'library', 40_000, 90_000)];
  const charges = chargeCalls(profileOf([caller, deepcopy, list], [[caller, deepcopy, 10_000, 100_000], [list, deepcopy, 50_000, 80_000], [deepcopy, list, 40_000, 90_000]]));
  const copies = charges.filter(({ frame }) => frame?.name === 'copies').reduce((sum, { ns }) => sum + ns, 0);
  expect(copies).toBeGreaterThan(100_900);
});

it('charges what a module import costs to the loader', () => {
  const [module, loader, marshal] = [fn('<module>', 'source', 1000), fn('_find_and_load', 'loader', 2000), fn('marshal.loads', 'builtin', 3000)];
  expect(charged(profileOf([module, loader, marshal], [[module, loader, 2000, 5000], [loader, marshal, 3000, 3000]]))).toEqual([
    'code <module> via <module> 1000',
    'loader - via _find_and_load 2000',
    'loader - via marshal.loads 3000',
  ]);
});

it('counts waiting in every function that waited, and charges it to none', () => {
  const [main, wait, sleep] = [fn('main', 'source', 1000, 9000), fn('wait', 'source', 500, 8000), fn('sleep', 'idle', 7500)];
  const profile = profileOf([main, wait, sleep], [[main, wait, 500, 8000], [wait, sleep, 7500, 7500]]);
  expect(charged(profile)).toEqual(['code main via main 1000', 'code wait via wait 500', 'idle - via sleep 7500']);
  expect([...waitingTime(profile)].map(([{ frame }, ns]) => [frame.name, ns])).toEqual([['sleep', 7500], ['wait', 7500], ['main', 7500]]);
});

const kinds: FrameKind[] = ['source', 'inlined', 'builtin', 'library', 'loader', 'idle'];

it('neither loses nor invents time, whatever calls whatever', () => {
  const graph = fc.array(fc.record({ kind: fc.constantFrom(...kinds), selfNs: fc.integer({ min: 0, max: 1e12 }) }), { minLength: 1, maxLength: 8 }).chain((nodes) =>
    fc.record({
      nodes: fc.constant(nodes),
      edges: fc.array(fc.tuple(fc.nat(nodes.length - 1), fc.nat(nodes.length - 1), fc.integer({ min: 0, max: 1e12 }), fc.integer({ min: 0, max: 1e12 })), { maxLength: 20 }),
    }),
  );
  fc.assert(
    fc.property(graph, ({ nodes, edges }) => {
      const functions = nodes.map(({ kind, selfNs }, index) => fn(`f${index}`, kind, selfNs));
      const profile = profileOf(functions, edges.map(([a, b, selfNs, totalNs]) => [functions[a]!, functions[b]!, selfNs, totalNs]));
      const before = functions.reduce((sum, { selfNs }) => sum + selfNs, 0);
      const after = chargeCalls(profile).reduce((sum, { ns }) => sum + ns, 0);
      // Rounding to whole nanoseconds, once for each charge.
      expect(Math.abs(after - before)).toBeLessThanOrEqual(nodes.length * (nodes.length + 1));
      for (const [waiting, ns] of waitingTime(profile)) expect(ns).toBeLessThanOrEqual(waiting.totalNs);
    }),
  );
});
