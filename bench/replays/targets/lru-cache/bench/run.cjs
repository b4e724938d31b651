// A cache of 2,000 entries under requests of which some are much more frequent than others.
const LRU = require('..');

let state = 5;
const random = (below) => (state = (state * 1103515245 + 12345) % 2147483648) % below;
const cache = new LRU({ max: 2000 });
let hits = 0;
for (let request = 0; request < 900000; request += 1) {
  const key = `key ${Math.min(random(6000), random(6000))}`;
  if (cache.get(key) === undefined) cache.set(key, request);
  else hits += 1;
}
console.log(hits);
