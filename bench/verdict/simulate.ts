import { parseArgs } from 'node:util';
import { seededRandom } from '../../src/core/stats/random.js';
import { metricRules } from '../../src/core/verdict/metrics.js';
import type { Rule } from '../../src/core/verdict/rule.js';
import { machine, type Disturbance, type Machine } from './machine.js';
import { simulateTrial } from './trial.js';

/**
 * How often each way of judging calls a change faster, and at what cost, where the truth is known. Beside perfloop: one
 * run before and one after, and the best of 10 before against the best of 10 after, both asking for the same gain.
 */
const { values } = parseArgs({
  options: { trials: { type: 'string', default: '1000' }, spread: { type: 'string', default: '0.05' }, 'min-gain': { type: 'string', default: '0.02' }, seed: { type: 'string', default: '1' }, json: { type: 'boolean', default: false } },
});
const trials = Number(values.trials);
const spread = Number(values.spread);
const minGain = Number(values['min-gain']);
if (!(trials >= 1 && spread >= 0 && minGain >= 0)) throw new Error('--trials, --spread and --min-gain must be numbers');
const delta = Math.log1p(minGain);
const rule: Rule = { v: 1, metrics: metricRules([]), delta, protocol: { kind: 'sequential' } };

type Judge = (host: Machine, gain: number, random: () => number) => { accepted: boolean; samples: number };

const best = (host: Machine, ms: number, runs: number): number => Math.min(...Array.from({ length: runs }, () => host(ms)));
const beforeAndAfter = (runs: number): Judge => (host, gain) => {
  const before = best(host, 100, runs);
  return { accepted: Math.log(before / best(host, 100 * Math.exp(-gain), runs)) > delta, samples: 2 * runs };
};
const judges: Record<string, Judge> = {
  perfloop: (host, gain, random) => {
    const verdict = simulateTrial(host, gain, rule, random);
    return { accepted: verdict.kind === 'accepted', samples: verdict.measured?.samples ?? 0 };
  },
  'single run': beforeAndAfter(1),
  'best of 10': beforeAndAfter(10),
};

const rows: { noise: Disturbance; gain: number; judge: string; accepted: number; samples: number }[] = [];
for (const noise of ['independent', 'bursty'] as const) {
  for (const gain of [0, minGain, 0.05, 0.1, 0.3]) {
    for (const [name, judge] of Object.entries(judges)) {
      const random = seededRandom(`${values.seed} ${noise} ${gain} ${name}`);
      const host = machine(noise, spread, random);
      let accepted = 0;
      let samples = 0;
      for (let i = 0; i < trials; i++) {
        const outcome = judge(host, Math.log1p(gain), random);
        if (outcome.accepted) accepted++;
        samples += outcome.samples;
      }
      rows.push({ noise, gain, judge: name, accepted: accepted / trials, samples: samples / trials });
    }
  }
}

if (values.json) {
  console.log(JSON.stringify({ trials, spread, minGain, seed: values.seed, rows }));
} else {
  console.log(`${trials} trials a row; spread of a sample ${spread}; a gain above ${minGain} is asked for\n`);
  console.log('noise        gain   judge        accepted   mean samples');
  for (const row of rows) console.log(`${row.noise.padEnd(12)} ${row.gain.toFixed(2).padEnd(6)} ${row.judge.padEnd(12)} ${`${(100 * row.accepted).toFixed(1)}%`.padStart(8)}   ${row.samples.toFixed(1).padStart(12)}`);
}
