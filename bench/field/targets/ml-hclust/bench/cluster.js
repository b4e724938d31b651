// Clusters points, then cuts the tree at several heights, as one does to choose the number of clusters.
import { agnes } from 'ml-hclust';

let state = 3;
const random = () => (state = (state * 1103515245 + 12345) % 2147483648) / 2147483648;
const points = Array.from({ length: 300 }, (_, index) => [(index % 6) * 4 + random(), random() * 3, random()]);

const tree = agnes(points, { method: 'ward' });
const sizes = [];
for (let step = 1; step <= 60; step += 1) sizes.push(tree.cut((tree.height * step) / 400).length);
console.log(sizes.length);
if (process.argv[2] === 'check') {
  for (const method of ['single', 'complete', 'average', 'ward']) {
    const other = agnes(points.slice(0, 60), { method });
    console.log(method, other.height, other.indices().join(' '), other.cut(other.height / 3).map((cluster) => cluster.size).join(' '), other.group(4).children.length);
  }
  console.log(sizes.join(' '));
}
