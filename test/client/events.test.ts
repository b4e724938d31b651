import { describe, expect, it } from 'vitest';
import type { SamplingProgress } from '../../src/core/status.js';
import { asksPerson, eventsBetween, samplingNews, type RunEvent } from '../../src/client/events.js';
import { eventLine } from '../../src/client/print/events.js';
import { plain } from '../../src/client/style.js';
import { refusedTrial, sampleStatus, sampleTrial } from './sample-status.js';

const kinds = (events: readonly RunEvent[]) => events.map((event) => event.kind);

describe('events between two statuses', () => {
  it('tells nothing when nothing changed', () => {
    expect(eventsBetween(sampleStatus(), sampleStatus())).toEqual([]);
  });

  it('tells everything so far at the first look, the run first', () => {
    expect(kinds(eventsBetween(null, sampleStatus({ warnings: ['dirty tree'] })))).toEqual(['started', 'warning', 'plan', 'verdict', 'verdict', 'champion', 'round', 'findings', 'phase', 'doing', 'trial']);
  });

  it('tells the cost plan once, before the first trial', () => {
    const before = sampleStatus({ plan: null, trials: [] });
    const events = eventsBetween(before, sampleStatus());
    expect(kinds(events)[0]).toBe('plan');
    expect(kinds(eventsBetween(sampleStatus(), sampleStatus({ doing: 'other' })))).toEqual(['doing']);
  });

  it('tells a new phase, and what is being done in it', () => {
    const events = eventsBetween(sampleStatus(), sampleStatus({ phase: 'learn', doing: 'writing it down' }));
    expect(events).toEqual([{ kind: 'phase', phase: 'learn' }, { kind: 'doing', text: 'writing it down' }]);
  });

  it('tells the next round with its findings, even where they are as many as before', () => {
    expect(kinds(eventsBetween(sampleStatus(), sampleStatus({ round: 2 })))).toEqual(['round', 'findings']);
  });

  it('tells how far the steps of a graph are, once', () => {
    const steps = { steps: 9, done: 2, failed: 0, left: 0, executions: 4, running: ['lint', 'build'] };
    const before = sampleStatus({ steps });
    const after = sampleStatus({ doing: 'build', steps: { ...steps, done: 3, running: ['build'] } });
    const events = eventsBetween(before, after);
    expect(events).toEqual([{ kind: 'steps', text: '3 of 9 steps done', running: ['build'] }]);
    expect(eventLine(events[0] as RunEvent, 0, plain)).toContain('3 of 9 steps done; running build');
    const many = { kind: 'steps' as const, text: 'x', running: ['a', 'b', 'c', 'd', 'e'] };
    expect(eventLine(many, 0, plain)).toMatch(/running a, b, c, d and more$/);
    expect(eventsBetween(after, after)).toEqual([]);
  });

  it('tells each state of a trial, and its verdict when it has one', () => {
    const trial = sampleTrial({ id: 'r1-9', state: 'screening', verdict: null });
    const first = sampleStatus({ trials: [trial] });
    const second = sampleStatus({ trials: [{ ...trial, state: 'confirming' }] });
    const third = sampleStatus({ trials: [refusedTrial({ id: 'r1-9' })] });
    expect(eventsBetween(first, second)).toEqual([{ kind: 'trial', trial: 'r1-9', what: trial.candidate.title, place: 'lib/DBSCAN.js:134', state: 'confirming' }]);
    expect(eventsBetween(second, third)).toMatchObject([{ kind: 'verdict', trial: 'r1-9', verdict: { kind: 'rejected' } }]);
  });

  it('tells a verdict that turned, as of an accepted candidate that is superseded', () => {
    const before = sampleStatus({ trials: [sampleTrial({ state: 'passed' })] });
    const after = sampleStatus({ trials: [sampleTrial({ verdict: { kind: 'rejected', measured: null, reasons: [{ code: 'superseded', text: 'no longer faster' }] } })] });
    expect(eventsBetween(before, after)).toMatchObject([{ kind: 'verdict', verdict: { kind: 'rejected' } }]);
  });

  it('asks for a decision on a trial, once', () => {
    const running = sampleStatus({ trials: [sampleTrial({ state: 'confirming', verdict: null })] });
    const waiting = sampleStatus({ trials: [sampleTrial({ state: 'awaiting-approval' })] });
    expect(kinds(eventsBetween(running, waiting))).toEqual(['verdict', 'trial', 'approval-needed']);
    expect(eventsBetween(waiting, waiting)).toEqual([]);
  });

  it('asks for the whole branch when no trial waits', () => {
    const events = eventsBetween(sampleStatus(), sampleStatus({ state: 'awaiting-approval' }));
    expect(events).toEqual([{ kind: 'state', state: 'awaiting-approval' }, { kind: 'approval-needed', run: 'r-k3v7q2xa', candidate: 'final' }]);
  });

  it('tells each decision once', () => {
    const decision = { id: 'd1', trial: 'r1-1', approve: true, who: 'me@host', comment: 'good', at: 1 };
    const after = sampleStatus({ decisions: [decision] });
    expect(eventsBetween(sampleStatus(), after)).toEqual([{ kind: 'decision', decision }]);
    expect(eventsBetween(after, sampleStatus({ decisions: [decision, { ...decision, id: 'd2' }] }))).toHaveLength(1);
  });

  it('tells a new champion only when one was accepted', () => {
    const next = sampleStatus({ champion: 'f'.repeat(40), accepted: 2 });
    expect(eventsBetween(sampleStatus(), next)).toEqual([{ kind: 'champion', commit: 'f'.repeat(40), accepted: 2, ratio: 1.42 }]);
    expect(eventsBetween(null, sampleStatus({ accepted: 0, speedup: null })).some((event) => event.kind === 'champion')).toBe(false);
  });

  it('tells a pause and the end of it', () => {
    expect(eventsBetween(sampleStatus(), sampleStatus({ state: 'paused' }))).toEqual([{ kind: 'state', state: 'paused' }]);
    expect(eventsBetween(sampleStatus({ state: 'paused' }), sampleStatus())).toEqual([{ kind: 'state', state: 'running' }]);
  });

  it('ends with the last measurement and the result, and says neither twice', () => {
    const final = { measured: { ratio: 2.4, ci95: [2.3, 2.5] as [number, number], pairs: 30, samples: 60, delta: 0.02 }, metrics: [], samples: { sha: 'b'.repeat(64), bytes: 1, kind: 'samples' as const } };
    const done = sampleStatus({ state: 'done', doing: '', final });
    expect(kinds(eventsBetween(sampleStatus(), done))).toEqual(['final', 'ended']);
    expect(eventsBetween(done, done)).toEqual([]);
  });

  it('ends a failed run with its error', () => {
    const failed = sampleStatus({ state: 'failed', error: { code: 'PL_BASE_RED', message: 'tests fail', fix: 'mend them' } });
    expect(eventsBetween(sampleStatus(), failed)).toMatchObject([{ kind: 'error', code: 'PL_BASE_RED', fix: 'mend them' }, { kind: 'ended', state: 'failed' }]);
  });
});

describe('what is worth a line of a sampling', () => {
  const progress: SamplingProgress = { stage: 'screen', pairs: 4, nextLook: 5, most: 20, ratio: 1.1, ci95: [1, 1.2], doing: 'sampling', resumed: 0 };

  it('is the beginning, a new stage, and each look that is reached', () => {
    expect(samplingNews(null, progress)).toBe(true);
    expect(samplingNews(progress, { ...progress, pairs: 5, nextLook: 6 })).toBe(true);
    expect(samplingNews(progress, { ...progress, stage: 'confirm', pairs: 0, nextLook: 9 })).toBe(true);
    expect(samplingNews({ ...progress, pairs: 19, nextLook: 20 }, { ...progress, pairs: 20, nextLook: 20 })).toBe(true);
  });

  it('is not every pair', () => {
    expect(samplingNews({ ...progress, pairs: 7, nextLook: 10 }, { ...progress, pairs: 8, nextLook: 10 })).toBe(false);
    expect(samplingNews(progress, progress)).toBe(false);
  });

  it('is waiting for the machine, once, and going on after it', () => {
    const waiting = { ...progress, doing: 'waiting' as const };
    expect(samplingNews(progress, waiting)).toBe(true);
    expect(samplingNews(waiting, waiting)).toBe(false);
    expect(samplingNews(waiting, progress)).toBe(true);
  });

  it('is that fresh builds are made, once for all of them, and the samples after it', () => {
    const building = { doing: 'building' as const, stage: 'confirm' as const, build: 1, of: 8 };
    expect(samplingNews(progress, building)).toBe(true);
    expect(samplingNews(building, { ...building, build: 5 })).toBe(false);
    expect(samplingNews(building, { ...building, build: 9, of: 16 })).toBe(true);
    expect(samplingNews(building, { ...progress, stage: 'confirm' })).toBe(true);
  });

  it('is that pairs were kept over a crash', () => {
    expect(samplingNews(progress, { ...progress, resumed: 4 })).toBe(true);
  });
});

describe('whether a person is asked', () => {
  it('is so until the decision is taken, not until it is carried out', () => {
    const asking = sampleStatus({ state: 'awaiting-approval', phase: 'approval', trials: [sampleTrial({ state: 'awaiting-approval' })], waiting: { 'r1-1': 1 } });
    expect(asksPerson(asking)).toBe(true);
    const { waiting: _decided, ...taken } = asking;
    expect(asksPerson(taken)).toBe(false);
    // While other trials go on, the run does not stand still.
    expect(asksPerson({ ...asking, state: 'running' })).toBe(false);
    expect(asksPerson(sampleStatus({ state: 'awaiting-approval', waiting: { final: 1 } }))).toBe(true);
  });
});
