// Compares two revisions of a generated file, line by line and word by word.
const { diffLines, diffWords } = require('..');

let state = 5;
const random = (below) => (state = (state * 1103515245 + 12345) % 2147483648) % below;
const before = Array.from({ length: 1100 }, () => `line ${random(600)} of ${random(40)}`);
const after = before.filter(() => random(5) > 0).map((line) => (random(6) > 0 ? line : `${line}!`));
const lines = diffLines(before.join('\n'), after.join('\n'));
const words = diffWords(before.slice(0, 60).join('\n'), after.slice(0, 60).join('\n'));
const summary = (parts) => parts.map(({ count, added, removed }) => `${added ? '+' : removed ? '-' : '='}${count}`).join('');
console.log(summary(lines).length, summary(lines).slice(0, 200), summary(words).length);
