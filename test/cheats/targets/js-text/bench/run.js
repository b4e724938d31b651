// A fixed amount of work over generated texts: prints a digest of the results and the throughput.
import { createHash } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { countWords, diffLines, groupWords, renderTable, similarity, tokenise } from '../src/index.js';
import { makeTexts, seedOf } from './inputs.js';

const ROUNDS = 5;
const texts = makeTexts(seedOf(process.env), { texts: 6, lines: 150, vocabularySize: 2600 });

let items = 0;
function repeat(work, rounds = ROUNDS) {
  let result;
  for (let round = 0; round < rounds; round++) {
    result = work();
    items += 1;
  }
  return result;
}

const start = performance.now();
const results = [];
let previous;
for (const text of texts) {
  const words = tokenise(text);
  const lines = text.split('\n');
  const counts = repeat(() => countWords(words));
  const groups = repeat(() => groupWords(words));
  const table = renderTable(counts.slice(0, 40), ['word', 'count']);
  results.push(words.length, counts, [...groups], table);
  if (previous !== undefined) {
    results.push(repeat(() => similarity(previous.words, words), 3));
    results.push(repeat(() => diffLines(previous.lines, lines)));
  }
  previous = { words, lines };
}
const seconds = (performance.now() - start) / 1000;

console.log(`digest ${createHash('sha256').update(JSON.stringify(results)).digest('hex').slice(0, 16)}`);
console.log(`throughput ${(items / seconds).toFixed(1)} items/s`);
