import { expect, it } from 'vitest';
import { sweepPrinter } from '../../src/client/print/fleet-sweep.js';
import { plain } from '../../src/client/style.js';
import { begun, newSweep, sweepStatus, type SweepInput } from '../../src/core/fleet/sweep.js';

it('who follows a sweep is told once what it waits for, and what answers', () => {
  const input: SweepInput = { v: 1, fleet: 'nightly', targets: ['parser'], open: 1, queuePrefix: 'perfloop', who: 'ada' };
  const sweep = newSweep(input, 1);
  begun(sweep, { target: 'parser', workflow: 'w', since: 2 });
  const lines: string[] = [];
  const show = sweepPrinter((line) => void lines.push(line), plain);
  const look = (...asked: string[]) => show({ status: sweepStatus(sweep, input), news: [], waiting: [{ target: 'parser', run: 'r-abc', asked }] });
  look('r1-2');
  look('r1-2');
  look('gate', 'r1-3');
  look();
  expect(lines).toEqual([
    '0 of 1 ended, 1 running, 0 waiting',
    'parser: waits for a person: `perfloop approve r-abc r1-2`, or reject it',
    'parser: waits for a person: `perfloop approve r-abc gate`, or reject it; also r1-3',
    'parser: waits for a person: `perfloop show r-abc`',
  ]);
});
