// Clusters a few dense clouds of points through the public API: what a user of the package waits for.
const { DBSCAN } = require('../lib/index.js');

let state = 7;
const random = () => (state = (state * 1103515245 + 12345) % 2147483648) / 2147483648;

const clouds = 4;
const points = Array.from({ length: 1500 }, (_, index) => {
  const cloud = index % clouds;
  return [cloud * 20 + random() * 6, cloud * 15 + random() * 6];
});

const clusters = new DBSCAN().run(points, 6, 4);
if (clusters.length !== clouds) throw new Error(`expected ${clouds} clusters, found ${clusters.length}`);
console.log(`clusters: ${clusters.length}`);
