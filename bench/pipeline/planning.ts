import { parseConfig } from '../../src/core/config/parse.js';
import { plan } from '../../src/core/pipeline/graph/plan.js';
import { quantile } from '../../src/core/stats/summary.js';
import { cpuOf } from './cpu.js';

const steps = 500;

const file = `[commands]\nbenchmark = "true"\n${Array.from({ length: steps }, (_, index) => `\n[[steps]]\ntype = "command"\nname = "s${index}"\ncommand = "make step-${index}"\n`).join('')}`;

/** From the text of a file of 500 steps to its plan. */
export function parseAndPlan(): void {
  plan(parseConfig(file, 'perfloop.toml').steps);
}

/** 1,000 plans of 500 steps for ten clients that each ask again when they have one: plans a second, and in milliseconds the wait and the CPU time of all. */
export async function plansForClients(): Promise<{ perSecond: number; wait95: number; cpu: number }> {
  const { steps: parsed } = parseConfig(file, 'perfloop.toml');
  const waits: number[] = [];
  const client = async (): Promise<void> => {
    for (let asked = 0; asked < 100; asked++) {
      const began = performance.now();
      await new Promise((resolve) => void setImmediate(resolve));
      plan(parsed);
      waits.push(performance.now() - began);
    }
  };
  for (let warmup = 0; warmup < 20; warmup++) plan(parsed);
  const began = performance.now();
  const cpu = await cpuOf(() => Promise.all(Array.from({ length: 10 }, client)));
  return { perSecond: (1_000 * waits.length) / (performance.now() - began), wait95: quantile(waits, 0.95), cpu };
}
