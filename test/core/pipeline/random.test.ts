import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plan } from '../../../src/core/pipeline/graph/plan.js';
import { history } from '../../../src/core/pipeline/machine/end.js';
import { start } from '../../../src/core/pipeline/machine/start.js';
import { seededRandom } from '../../../src/core/stats/random.js';
import { drive, type Driven } from './support/drive.js';
import { behaviour, randomPipeline } from './support/random-pipeline.js';

const seed = fc.integer({ min: 0, max: 2 ** 31 });

function runOnce(pipeline: number, order: number, crashes: number): Driven {
  const planned = plan(randomPipeline(seededRandom(`pipeline ${pipeline}`)));
  const machine = start(planned, { run: 'r', state: { k0: 1, k1: [1] }, input: 7 }, 0);
  return drive(planned, machine, { outcome: behaviour, random: seededRandom(`order ${order}`), crashes });
}

const result = ({ end, completed }: Driven): unknown => ({ status: end.status, output: end.output, state: end.state, warnings: end.warnings.toSorted(), completed });

describe('random pipelines with jumps, races, failures and skips', () => {
  it('end the same whatever the order in which their steps end', () => {
    fc.assert(
      fc.property(seed, seed, seed, (pipeline, one, other) => {
        const first = runOnce(pipeline, one, 0);
        expect(first.end.errors.every(({ handled }) => handled)).toBe(true);
        expect(first.end.status).toBe('done');
        expect(result(runOnce(pipeline, other, 0))).toEqual(result(first));
      }),
      { numRuns: 60 },
    );
  });

  it('complete the same steps, each once, and end in the same state, wherever they crash', () => {
    let crashes = 0;
    fc.assert(
      fc.property(seed, seed, (pipeline, order) => {
        const disturbed = runOnce(pipeline, order, 0.2);
        crashes += disturbed.crashes;
        expect(new Set(disturbed.completed).size).toBe(disturbed.completed.length);
        expect(result(disturbed)).toEqual(result(runOnce(pipeline, order, 0)));
        expect(history(disturbed.machine).some(({ status }) => status === 'RUNNING')).toBe(false);
      }),
      { numRuns: 60 },
    );
    expect(crashes).toBeGreaterThan(50);
  });

  it('really jump, race, fail, skip and conflict', () => {
    const runs = Array.from({ length: 60 }, (_, index) => runOnce(index, index, 0));
    expect(runs.filter(({ machine }) => machine.jumpsTaken > 0).length).toBeGreaterThan(20);
    expect(runs.filter(({ end }) => end.warnings.length > 0).length).toBeGreaterThan(10);
    expect(runs.filter(({ end }) => end.errors.length > 0).length).toBeGreaterThan(20);
    expect(runs.filter(({ machine }) => machine.winners.size > 0).length).toBeGreaterThan(10);
    expect(runs.filter(({ machine }) => machine.nodes.status.includes(5)).length).toBeGreaterThan(5);
  });
});
