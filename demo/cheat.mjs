// A proposer that cheats: it makes the benchmark cluster a tenth of the points.
import { readFileSync, writeFileSync } from 'node:fs';

const benchmark = 'bench/dbscan.js';
const text = readFileSync(benchmark, 'utf8');
writeFileSync(benchmark, text.replace('length: 1300', 'length: 130'));
console.log('DBSCAN made 10 times as fast');
