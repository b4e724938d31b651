// Keeps two copies of a document in step: a diff on one side, an immutable and validated patch on the other.
const { applyPatch, compare, deepClone } = require('../index.js');

let state = 21;
const random = (below) => (state = (state * 1103515245 + 12345) % 2147483648) % below;
const row = (id) => ({ id, name: `customer ${random(1000)}`, active: random(2) === 1, tags: ['a', 'b', `t${random(30)}`], address: { city: `city ${random(80)}`, lines: [`street ${random(99)}`, ''], geo: { lat: random(9000) / 100, lon: null } } });
let theirs = { version: 0, rows: Object.fromEntries(Array.from({ length: 260 }, (_, id) => [`r${id}`, row(id)])) };
const rounds = process.argv[2] === 'check' ? 6 : 90;
let operations = 0;
for (let round = 1; round <= rounds; round += 1) {
  const ours = deepClone(theirs);
  ours.version = round;
  for (let change = 0; change < 12; change += 1) {
    const key = `r${random(260)}`;
    if (change % 4 === 0) delete ours.rows[key];
    else if (change % 4 === 1) ours.rows[key] = row(random(1000));
    else if (ours.rows[key] !== undefined) ours.rows[key].address.lines.push(`floor ${random(9)}`);
  }
  const patch = compare(theirs, ours);
  operations += patch.length;
  theirs = applyPatch(theirs, patch, true, false).newDocument;
}
console.log(operations);
if (process.argv[2] === 'check') console.log(JSON.stringify(theirs));
