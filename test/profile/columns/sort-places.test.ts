import { expect, it } from 'vitest';
import { seededRandom } from '../../../src/core/stats/random.js';
import { grouped, picked, sortPlaces } from '../../../src/profile/tools/gpu/columns/sort-places.js';

/** Against the engine's own stable sort, by keys of which many are equal. */
it.each([[0, 0], [1, 0], [2, 0], [500, 0], [500, 1], [501, 0.97], [1000, 0.5]])('%i rows, a part of %d in order, are sorted, and equal ones keep their order', (length, ordered) => {
  const random = seededRandom(`${length} ${ordered}`);
  const keys = Array.from({ length }, (_, i) => (random() < ordered ? Math.floor(i / 3) : Math.floor(random() * 50)));
  const places = Int32Array.from(keys.keys());
  sortPlaces(places, (a, b) => keys[a]! > keys[b]!);
  expect([...places]).toEqual([...keys.keys()].sort((a, b) => keys[a]! - keys[b]! || a - b));
});

it('rows of one group stand together, in the order of groups and of rows', () => {
  const groups = Int32Array.of(7, -1, 7, 2_000_000_000, 0, 7, -1);
  const places = grouped(groups);
  expect([...places]).toEqual([1, 6, 4, 0, 2, 5, 3]);
  expect([...picked(groups, places)]).toEqual([-1, -1, 0, 7, 7, 7, 2_000_000_000]);
  expect([...picked(Float64Array.of(0.5, 1, 2 ** 52), Uint32Array.of(2, 0))]).toEqual([2 ** 52, 0.5]);
  expect([...grouped(new Int32Array())]).toEqual([]);
});
