import { describe, expect, it } from 'vitest';
import { follow, type Sink } from '../../src/client/follow.js';
import { LineSink } from '../../src/client/line-sink.js';
import type { Look } from '../../src/client/observe.js';
import { plain } from '../../src/client/style.js';
import type { SamplingProgress } from '../../src/core/status.js';
import { refusedTrial, sampleStatus, sampleTrial } from './sample-status.js';

const look = (changes: Partial<Look> = {}): Look => ({ status: sampleStatus(), sampling: [], over: false, link: 'ok', ...changes });
const progress: SamplingProgress = { stage: 'screen', pairs: 5, nextLook: 6, most: 20, ratio: 1.1, ci95: [0.9, 1.2], doing: 'sampling', resumed: 0 };

function linesOf(looks: Look[]): string[] {
  const lines: string[] = [];
  const sink = new LineSink((text) => lines.push(text.trimEnd()), plain, () => 1_700_000_134_000);
  for (const one of looks) sink.show(one);
  sink.close();
  return lines;
}

describe('lines for a run', () => {
  it('say each event once, with the elapsed time before it', () => {
    const lines = linesOf([look(), look(), look({ status: sampleStatus({ phase: 'learn', doing: 'writing down' }) })]);
    expect(lines[0]).toBe('[ 2m 14s] run r-k3v7q2xa of density-clustering at 8f3a2c1, at most 3 rounds');
    expect(lines.slice(-2)).toEqual(['[ 2m 14s] phase learn', '[ 2m 14s] writing down']);
    expect(new Set(lines).size).toBe(lines.length);
  });

  it('say the cost before the first trial', () => {
    const [, cost] = linesOf([look({ status: sampleStatus({ trials: [], accepted: 0 }) })]);
    expect(cost).toBe('[ 2m 14s] cost: about 46 samples a trial (at most 160) of 120ms each, spread 3.1%; about 1m 04s for 8 trials (at most 8m 00s); must gain more than 2%; a true gain of 4.3% is found 9 times in 10');
  });

  it('say how the sampling narrows, at its looks only', () => {
    const at = (pairs: number, nextLook: number) => look({ sampling: [{ of: 'r1-3', progress: { ...progress, pairs, nextLook } }] });
    const lines = linesOf([at(5, 6), at(6, 10), at(7, 10), at(8, 10)]).filter((line) => line.includes('pairs, so far'));
    expect(lines).toEqual(['[ 2m 14s] r1-3 screening: 5 of at most 20 pairs, so far 1.100x (0.900 .. 1.200)', '[ 2m 14s] r1-3 screening: 6 of at most 20 pairs, so far 1.100x (0.900 .. 1.200)']);
  });

  it('say it of each of several metrics', () => {
    const metrics = [{ name: 'parse', ratio: 1.21, ci95: [1.1, 1.32] as [number, number], primary: true }, { name: 'print', ratio: 1, ci95: [0.9, 1.1] as [number, number], primary: true }];
    expect(linesOf([look({ sampling: [{ of: 'r1-3', progress: { ...progress, metrics } }] })]).at(-1)).toBe('[ 2m 14s] r1-3 screening: 5 of at most 20 pairs, so far 1.100x (0.900 .. 1.200); parse 1.210x, print 1.000x');
  });

  it('say that pairs were kept over a crash', () => {
    expect(linesOf([look({ sampling: [{ of: 'r1-3', progress: { ...progress, resumed: 4 } }] })]).at(-1)).toContain('5 of at most 20 pairs, 4 of them kept from before an interruption');
  });

  it('say once that the worker or the server is away, and that it is back', () => {
    const lines = linesOf([look(), look({ link: 'worker-away' }), look({ link: 'worker-away' }), look()]).slice(-2);
    expect(lines[0]).toContain('worker away, waiting');
    expect(lines[1]).toContain('connected again');
    expect(linesOf([look({ status: null, link: 'server-away' })])[0]).toContain('server away, trying again');
  });

  it('give the command to type when a person is asked', () => {
    const lines = linesOf([look({ status: sampleStatus({ trials: [sampleTrial({ id: 'r1-4', state: 'awaiting-approval' })] }) })]);
    expect(lines.at(-1)).toContain('perfloop approve r-k3v7q2xa r1-4');
  });

  it('say a verdict with its reasons', () => {
    expect(linesOf([look({ status: sampleStatus({ trials: [refusedTrial()] }) })])).toContain('[ 2m 14s] r1-2 rejected: no sign of the gain that is asked for');
  });
});

describe('following', () => {
  class Recorder implements Sink {
    looks: Look[] = [];
    closed = 0;
    show(one: Look): void {
      this.looks.push(one);
    }
    close(): void {
      this.closed += 1;
    }
  }

  it('ends with the run and gives its last status', async () => {
    const looks = [look(), look({ status: sampleStatus({ state: 'done' }), over: true })];
    const sink = new Recorder();
    const followed = await follow({ look: async () => looks.shift() ?? look() }, sink, new AbortController().signal);
    expect(followed).toMatchObject({ kind: 'ended', status: { state: 'done' } });
    expect([sink.looks.length, sink.closed]).toEqual([2, 1]);
  });

  it('is left at once on Ctrl-C, also while a look hangs', async () => {
    const leave = new AbortController();
    const sink = new Recorder();
    let calls = 0;
    const observer = {
      look: async () => {
        calls += 1;
        if (calls === 1) return look();
        leave.abort();
        return await new Promise<Look>(() => undefined);
      },
    };
    expect(await follow(observer, sink, leave.signal)).toMatchObject({ kind: 'detached', status: { run: 'r-k3v7q2xa' } });
    expect(sink.closed).toBe(1);
  });

  it('closes what it paints on when a look fails', async () => {
    const sink = new Recorder();
    const failing = { look: async () => await Promise.reject<Look>(new Error('no such run')) };
    await expect(follow(failing, sink, new AbortController().signal)).rejects.toThrow('no such run');
    expect(sink.closed).toBe(1);
  });
});
