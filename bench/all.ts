import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../src/worker/engine/package-paths.js';
import { endurance } from './endurance.js';
import { formatFigure, type Figure } from './figure.js';
import { fleet } from './fleet/targets.js';
import { orchestration } from './orchestration.js';
import { overlap } from './overlap.js';
import { recovery } from './recovery.js';
import { startup } from './startup.js';

const benches: Record<string, () => Promise<Figure[]>> = { startup, orchestration, recovery, endurance, overlap, fleet };

/** `npm run bench [-- NAME ...]`: a table on the terminal, and bench.json for programs. */
const wanted = process.argv.slice(2).filter((name) => !name.startsWith('-'));
const unknown = wanted.filter((name) => !(name in benches));
if (unknown.length > 0) {
  console.error(`no benchmark ${unknown.join(', ')}; there are ${Object.keys(benches).join(', ')}`);
  process.exit(2);
}
console.log(`${cpus().length} x ${cpus()[0]?.model ?? 'unknown CPU'}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`);
const results: Record<string, Figure[]> = {};
for (const [name, bench] of Object.entries(benches)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  console.log(`\n${name}`);
  const figures = await bench();
  results[name] = figures;
  for (const figure of figures) console.log(`  ${formatFigure(figure)}`);
}
const folder = join(packageRoot, '.tmp');
mkdirSync(folder, { recursive: true });
writeFileSync(join(folder, 'bench.json'), `${JSON.stringify(results, null, 2)}\n`);
console.log(`\n${join(folder, 'bench.json')}`);
