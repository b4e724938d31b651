import { cpus } from 'node:os';
import { median } from '../../src/core/stats/summary.js';
import { type Figure, formatFigure } from '../figure.js';
import { cpuOf, cpuTimes } from './cpu.js';
import { deepByShallow, savedByReferences } from './history.js';
import { ownRun } from './own.js';
import { nodePeer, type Peer, pythonPeer } from './peers.js';
import { parseAndPlan, plansForClients } from './planning.js';
import { chain, fan } from './shapes.js';

/**
 * `npx tsx bench/pipeline/run.ts`: the interpreter in one process, beside LangGraph. CPU time at the median, since other
 * processes disturb it least. State of 1,000 keys; every step reads ten and writes one; what ran is counted.
 */
const print = (figure: Figure): void => console.log(`  ${formatFigure(figure)}`);
console.log(`${cpus().length} x ${cpus()[0]?.model ?? 'unknown CPU'}, Node ${process.version}`);

const own = { chain: median(await cpuTimes(ownRun(chain(501)), 10, 41)), fan: median(await cpuTimes(ownRun(fan(500)), 10, 41)) };
console.log('\nperfloop');
print({ name: 'a chain of 501 steps', value: own.chain, unit: 'ms', aim: { atMost: 4 } });
print({ name: 'a fan of 500 steps', value: own.fan, unit: 'ms', aim: { atMost: 4 } });

console.log('\nlinear');
const perStep = async (steps: number, runs: number): Promise<number> => (1_000 * median(await cpuTimes(ownRun(chain(steps)), 2, runs))) / steps;
const short = await perStep(501, 41);
for (const [steps, runs] of [[5_000, 9], [50_000, 5]] as const) {
  const long = await perStep(steps, runs);
  print({ name: `a step of a chain of ${steps}, by one of a chain of 501 (${long.toFixed(1)} and ${short.toFixed(1)} us)`, value: long / short, unit: 'x', aim: { atMost: 2 } });
}

console.log('\nhistory');
for (const nodes of [51, 201, 501]) print({ name: `${nodes} nodes with 500 executions of each kept, by a few`, value: await deepByShallow(nodes), unit: 'x', aim: { atMost: 1.5 } });
const saved = savedByReferences();
print({ name: 'bytes of the history with references, by values', value: 100 * (1 - saved.list), unit: '%', aim: { atMost: 20 } });
print({ name: 'the same with the table of outputs', value: 100 * (1 - saved.withOutputs), unit: '%', aim: null });

console.log('\nplanning');
print({ name: 'a file of 500 steps, from its text to the plan, the first time', value: await cpuOf(parseAndPlan), unit: 'ms', aim: null });
print({ name: 'the same, at the median', value: median(await cpuTimes(parseAndPlan, 15, 21)), unit: 'ms', aim: { atMost: 25 } });
const clients = await plansForClients();
print({ name: `1,000 plans of 500 steps for ten clients (${clients.perSecond.toFixed(0)} a second)`, value: 1_000_000 / clients.perSecond, unit: 'ms', aim: { atMost: 1_000 } });
print({ name: 'CPU time of it, which a busy machine changes less', value: clients.cpu, unit: 'ms', aim: null });
print({ name: 'wait for one, 95th percentile', value: clients.wait95, unit: 'ms', aim: { atMost: 50 } });

if (!process.argv.includes('--alone')) for (const peer of [pythonPeer(7), nodePeer(5)]) showPeer(peer);

function showPeer(peer: Peer): void {
  if ('missing' in peer) {
    console.log(`\n${peer.name}: not measured: ${peer.missing}`);
    return;
  }
  console.log(`\n${peer.name} ${peer.version}`);
  for (const shape of ['chain', 'fan'] as const) {
    const theirs = median(peer[shape]);
    print({ name: `its ${shape}`, value: theirs, unit: 'ms', aim: null });
    // 30 times less: a thirtieth.
    print({ name: `perfloop by it: 1 to ${(theirs / own[shape]).toFixed(0)}`, value: (100 * own[shape]) / theirs, unit: '%', aim: { atMost: 3.33 } });
  }
}
