// Parses, groups and sorts records: allocation, hashing and the garbage collector.
let state = 7;
const random = () => (state = (Math.imul(state, 1103515245) + 12345) >>> 0) / 2 ** 32;
const text = JSON.stringify(Array.from({ length: 12_000 }, (_, id) => ({ id, group: `g${Math.floor(random() * 300)}`, value: random() })));
let total = 0;
for (let round = 0; round < 3; round++) {
  const groups = new Map();
  for (const record of JSON.parse(text)) groups.set(record.group, [...(groups.get(record.group) ?? []), record.value]);
  for (const values of groups.values()) total += values.sort((x, y) => x - y)[values.length >> 1];
}
if (!(total > 0)) process.exit(1);
