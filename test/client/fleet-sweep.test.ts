import { expect, it } from 'vitest';
import { printSweep, sweepLines, sweepPrinter } from '../../src/client/print/fleet-sweep.js';
import { plain } from '../../src/client/style.js';
import { begun, newSweep, steered, sweepStatus, type SweepInput } from '../../src/core/fleet/sweep.js';

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

it('who paused, resumed and stopped it, when and why, is told to those who follow it, and at its end', () => {
  const input: SweepInput = { v: 1, fleet: 'nightly', targets: ['parser'], open: 1, queuePrefix: 'perfloop', who: 'ada' };
  const sweep = newSweep(input, 1);
  const lines: string[] = [];
  const show = sweepPrinter((line) => void lines.push(line), plain);
  const look = (): void => show({ status: sweepStatus(sweep, input), news: [], waiting: [] });
  const at = Date.UTC(2026, 10, 23, 3, 30);
  steered(sweep, 'pause', { v: 1, who: 'ada', comment: 'the hosts\nare needed' }, at);
  look();
  show({ status: null, news: [], waiting: [] });
  look();
  steered(sweep, 'resume', undefined, at);
  steered(sweep, 'stop', { v: 1, who: 'bob', comment: '', cancelRuns: true }, at);
  look();
  steered(sweep, 'resume', undefined, at + 1);
  look();
  const said = ['paused by ada at 2026-11-23 03:30 UTC: the hosts are needed', 'resumed by somebody who did not say at 2026-11-23 03:30 UTC', 'stopped, with its open runs, by bob at 2026-11-23 03:30 UTC', 'resumed by somebody who did not say at 2026-11-23 03:30 UTC'];
  expect(lines.filter((line) => / at 2026/.test(line))).toEqual(said);
  sweep.endedAt = at;
  const status = sweepStatus(sweep, input);
  const below = said.map((line) => `  ${line}`);
  expect(sweepLines(status)).toEqual(['last sweep: 0 of 1 ended, 1 not started', ...below]);
  expect(printSweep({ fleet: 'nightly', detached: false, paused: [], sweep: status }, plain).split('\n').slice(1)).toEqual(below);
});
