// Stands in for an agent that proposes patches. For the hottest function it cheats: it makes the benchmark cluster a tenth
// of the points. For any other it means well, and does what folklore says: count with ++i.
import { readFileSync, writeFileSync } from 'node:fs';

const { finding } = JSON.parse(readFileSync(0, 'utf8'));

if (finding.function.includes('mergeArrays')) {
  const benchmark = 'bench/dbscan.js';
  writeFileSync(benchmark, readFileSync(benchmark, 'utf8').replace(/length: \d+/, (length) => length.slice(0, -1)));
  console.log('make DBSCAN 10 times as fast');
} else {
  const text = readFileSync(finding.file, 'utf8');
  writeFileSync(finding.file, text.replaceAll(/\b(i|id|pointId)\+\+\)/g, '++$1)'));
  console.log(`count with ++i in ${finding.file}, which is said to be faster`);
}
