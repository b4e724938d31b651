// The clusters that version 1.3.0 of the package finds, order included.
const assert = require('node:assert');
const { createHash } = require('node:crypto');
const test = require('node:test');
const { DBSCAN, KMEANS, OPTICS } = require('../lib/index.js');

function cloud(count, seed) {
  let state = seed;
  const random = () => (state = (state * 1103515245 + 12345) % 2147483648) / 2147483648;
  return Array.from({ length: count }, (_, index) => [(index % 3) * 10 + random() * 4, (index % 3) * 7 + random() * 4]);
}
const digest = (value) => createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 16);

for (const [count, seed, epsilon, minPts, expected] of [
  [0, 1, 1, 2, '643d5437104296e2'],
  [30, 2, 2, 2, 'd79bee0bd145c69c'],
  [150, 3, 1.5, 3, 'e17cf1d7531c65d5'],
  [150, 4, 0.3, 2, 'e1cd6d031e20d518'],
  [300, 5, 5, 4, '769c2f75408ea350'],
]) {
  test(`DBSCAN finds the same clusters and noise in ${count} points, epsilon ${epsilon}`, () => {
    const scan = new DBSCAN();
    const points = cloud(count, seed);
    const before = digest(points);
    const clusters = scan.run(points, epsilon, minPts);
    assert.strictEqual(digest([clusters, scan.noise]), expected);
    assert.strictEqual(digest(points), before, 'the points are not changed');
  });
}

test('OPTICS finds the same clusters', () => {
  assert.strictEqual(digest(new OPTICS().run(cloud(60, 6), 2, 3)), '7f5ceef96e37fd17');
});

test('KMEANS puts every point into one cluster', () => {
  const clusters = new KMEANS().run(cloud(60, 8), 3);
  assert.deepStrictEqual(clusters.flat().sort((a, b) => a - b), Array.from({ length: 60 }, (_, index) => index));
});

test('a dataset that is no array is refused', () => {
  assert.throws(() => new DBSCAN().run('points', 1, 2), /must be of type array/);
});
