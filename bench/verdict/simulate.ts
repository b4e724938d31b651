import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { missedBars } from './bars.js';
import type { Cell } from './cell.js';
import { noises } from './noises/all.js';
import { playCells } from './play-cells.js';
import { otherRules } from './rules/all.js';
import { table } from './table.js';

/**
 * How often perfloop calls a change faster, at what cost, and how often its interval holds the truth, where that is known;
 * beside other ways to decide. `--check` exits with 1 where a bar is missed.
 *   npx tsx bench/verdict/simulate.ts [--runs 20000] [--noise NAME]... [--builds 16] [--check] [--json]
 */
const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '20000' },
    noise: { type: 'string', multiple: true, default: noises.map(({ name }) => name) },
    spread: { type: 'string', multiple: true, default: ['0.05', '0.02'] },
    gain: { type: 'string', multiple: true, default: ['0', '0.02', '0.03', '0.05', '0.1', '0.3'] },
    builds: { type: 'string', default: '16' },
    'min-gain': { type: 'string', default: '0.02' },
    seed: { type: 'string', default: '1' },
    threads: { type: 'string', default: String(availableParallelism()) },
    check: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});
const number = (text: string, name: string, valid: (value: number) => boolean): number => {
  const value = Number(text);
  if (!valid(value)) throw new Error(`--${name} ${text} makes no sense`);
  return value;
};
const runs = number(values.runs, 'runs', (value) => Number.isInteger(value) && value > 0);
const builds = number(values.builds, 'builds', (value) => Number.isInteger(value) && value >= 1 && value <= 16);
const minGain = number(values['min-gain'], 'min-gain', (value) => value >= 0 && value < 1);
const threads = number(values.threads, 'threads', (value) => Number.isInteger(value) && value > 0);
const spreads = values.spread.map((text) => number(text, 'spread', (value) => value >= 0 && value < 1));
const gains = values.gain.map((text) => number(text, 'gain', (value) => value > -1));

const cells: Cell[] = values.noise.flatMap((noise) => [
  ...spreads.flatMap((spread) => gains.map((gain) => ({ noise, spread, gain, guard: false, others: true }))),
  ...spreads.flatMap((spread) => gains.filter((gain) => (gain === 0.1 && spread === 0.05) || (gain === 0.05 && spread === 0.02)).map((gain) => ({ noise, spread, gain, guard: true, others: false }))),
].map((cell) => ({ ...cell, builds, minGain, runs, seed: values.seed })));

const began = Date.now();
const results = await playCells(cells, threads, (done) => process.stderr.isTTY && process.stderr.write(`\r${done} of ${cells.length} `));
const missed = results.flatMap((result) => missedBars(result, { powerless: builds < 16 }));

if (values.json) {
  console.log(JSON.stringify({ runs, minGain, builds, seed: values.seed, noises: noises.map(({ name, what }) => ({ name, what })), rules: otherRules.map(({ name, what }) => ({ name, what })), results, missed }));
} else {
  console.log(`${runs} trials a line, ${Math.round((Date.now() - began) / 1000)} s; a gain above ${100 * minGain}% is asked for; up to ${builds} builds of each side; seed ${values.seed}`);
  console.log('accepted: with its exact upper 95% bound; samples: executions without A/A and warm-ups; bias: of the reported gain of what is accepted; cover: of the 95% interval, over every confirmation\n');
  console.log(table(results));
  console.log(missed.length === 0 ? '\nEvery bar is held.' : `\nMissed:\n${missed.map(({ cell, text }) => `  ${cell.noise}, spread ${cell.spread}, gain ${cell.gain}${cell.guard ? ', guard' : ''}: ${text}`).join('\n')}`);
}
if (values.check && missed.length > 0) process.exitCode = 1;
