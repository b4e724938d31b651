import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countWords, groupWords, tokenise } from '../src/index.js';

test('tokenise lower-cases and splits at punctuation', () => {
  assert.deepEqual(tokenise('The cat, the DOG.'), ['the', 'cat', 'the', 'dog']);
});

test('tokenise keeps apostrophes and hyphens inside a word only', () => {
  assert.deepEqual(tokenise("don't well-known -x- 'y'"), ["don't", 'well-known', 'x', 'y']);
});

test('tokenise knows letters of other scripts', () => {
  assert.deepEqual(tokenise('Überall été 7'), ['überall', 'été', '7']);
});

test('tokenise of nothing is nothing', () => {
  assert.deepEqual(tokenise(''), []);
  assert.throws(() => tokenise(null), TypeError);
});

test('countWords sorts by count, then by word', () => {
  assert.deepEqual(countWords(['b', 'a', 'c', 'b', 'a']), [
    { word: 'a', count: 2 },
    { word: 'b', count: 2 },
    { word: 'c', count: 1 },
  ]);
});

test('countWords of words that look like properties', () => {
  assert.deepEqual(countWords(['constructor', '__proto__', 'constructor']), [
    { word: 'constructor', count: 2 },
    { word: '__proto__', count: 1 },
  ]);
});

test('countWords adds up to the number of words', () => {
  const words = Array.from({ length: 500 }, (_, i) => `w${(i * i) % 97}`);
  assert.equal(countWords(words).reduce((sum, entry) => sum + entry.count, 0), 500);
});

test('groupWords sorts within first letters', () => {
  assert.deepEqual([...groupWords(['bee', 'ant', 'bat', 'ant'])], [
    ['b', ['bat', 'bee']],
    ['a', ['ant']],
  ]);
});
