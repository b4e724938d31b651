// Results of every function for generated inputs of many sizes, one line each: small ones in full, others as a hash.
import { createHash } from 'node:crypto';
import * as text from '../src/index.js';
import { makeTexts, random, seedOf } from './inputs.js';

function show(name, work) {
  let result;
  try {
    result = JSON.stringify(work(), (_key, value) => (value instanceof Map ? [...value] : value));
  } catch (error) {
    result = `${error.name}: ${error.message}`;
  }
  if (result.length > 400) result = `sha256 ${createHash('sha256').update(result).digest('hex')} of ${result.length}`;
  console.log(`${name} ${result}`);
}

const seed = seedOf(process.env);
const next = random(`${seed}/check`);
for (let i = 0; i < 40; i++) {
  const lines = Math.floor(2 ** (next() * 8)) - 1;
  const [before, after] = makeTexts(`${seed}/check/${i}`, { texts: 2, lines, vocabularySize: 20 + Math.floor(next() * 1000) });
  const words = [text.tokenise(before), text.tokenise(after)];
  show(`${i} tokenise`, () => words);
  show(`${i} countWords`, () => text.countWords(words[0]));
  show(`${i} groupWords`, () => text.groupWords(words[0]));
  show(`${i} similarity`, () => text.similarity(words[0], words[1]));
  show(`${i} diffLines`, () => text.diffLines(before.split('\n'), after.split('\n')));
  show(`${i} renderTable`, () => text.renderTable(text.countWords(words[1]).slice(0, 10), ['word', 'count', 'none']));
}
show('tokenise of a number', () => text.tokenise(7));
show('countWords of a string', () => text.countWords('a'));
show('renderTable without columns', () => text.renderTable([], []));
