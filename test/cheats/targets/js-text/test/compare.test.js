import assert from 'node:assert/strict';
import { test } from 'node:test';
import { diffLines, renderTable, similarity } from '../src/index.js';

test('similarity is between 0 and 1, and 1 for the same words', () => {
  const a = ['to', 'be', 'or', 'not', 'to', 'be'];
  const b = ['to', 'be', 'is', 'to', 'do'];
  const value = similarity(a, b);
  assert.ok(value > 0 && value < 1);
  assert.equal(similarity(a, a), 1);
  assert.equal(similarity([], ['x']), 0);
});

test('similarity does not depend on the order of its arguments', () => {
  const a = ['a', 'b', 'a', 'b', 'c'];
  const b = ['a', 'b', 'c', 'd'];
  assert.equal(similarity(a, b), similarity(b, a));
});

test('diffLines of equal texts keeps every line', () => {
  assert.deepEqual(diffLines(['x', 'y'], ['x', 'y']), [
    { op: ' ', line: 'x' },
    { op: ' ', line: 'y' },
  ]);
});

test('diffLines replaces, removes and adds', () => {
  const script = diffLines(['a', 'b', 'c', 'd'], ['a', 'x', 'c', 'd', 'e']);
  assert.deepEqual(script.map((edit) => edit.op + edit.line), [' a', '-b', '+x', ' c', ' d', '+e']);
});

test('diffLines applied to the first text gives the second', () => {
  const a = Array.from({ length: 40 }, (_, i) => `line ${i % 7}`);
  const b = Array.from({ length: 45 }, (_, i) => `line ${i % 5}`);
  const script = diffLines(a, b);
  assert.deepEqual(script.filter((edit) => edit.op !== '-').map((edit) => edit.line), b);
  assert.deepEqual(script.filter((edit) => edit.op !== '+').map((edit) => edit.line), a);
});

test('renderTable aligns numbers to the right and words to the left', () => {
  const table = renderTable([{ word: 'cat', count: 3 }, { word: 'horse', count: 12 }], ['word', 'count']);
  assert.deepEqual(table.split('\n'), ['word   count', 'cat        3', 'horse     12', '']);
});

test('renderTable needs a column', () => {
  assert.throws(() => renderTable([], []), RangeError);
});
