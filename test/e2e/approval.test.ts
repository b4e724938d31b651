import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { WorkflowUpdateFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { Worker } from '@temporalio/worker';
import { messageNames } from '../../src/core/messages.js';
import type { DecisionRecord, RunStatus } from '../../src/core/status.js';
import { packageRoot } from '../../src/worker/engine/package-paths.js';
import type { History } from '../workflows/history-file.js';
import { cli, jsonOf } from './cli.js';
import { makeTarget, sharedEngine } from './shared.js';
import { resultBranch, resultGit, startRun, trialOf, verdictOf, type StartedRun } from './runs.js';
import { makesFast, proposer, scoredProgram, scoreScript, type Target } from './target.js';

const engine = sharedEngine();

/** All functions can be made fast, and each is a clear gain. */
const threeWaits = (approval: string): Target =>
  makeTarget((outside) => scoredProgram({ alpha: 40, beta: 30, gamma: 20 }, `[loop]\nrounds = 1\n[propose]\nrecipes = false\nscript = "node ${proposer(outside, makesFast)}"\n[approval]\n${approval}`));

/** The code of an update that the run refused. */
async function refusalOf(update: Promise<unknown>): Promise<string> {
  const error = await update.then(() => null, (reason: unknown) => reason);
  if (error instanceof WorkflowUpdateFailedError && error.cause instanceof ApplicationFailure) return `${error.cause.type}: ${error.cause.message}`;
  throw new Error('the update was not refused', { cause: error });
}

/** What a failure of the test should say. */
const described = ({ trials, warnings }: RunStatus): string => [...trials.map((trial) => `${trial.id} ${trial.candidate.title}: ${verdictOf(trial)}`), ...warnings].join('\n');

describe('approval = "each"', () => {
  const target = threeWaits('mode = "each"');

  it('lets candidates wait for a person while the run goes on, and confirms a late approval on the champion of that time', async () => {
    const run: StartedRun = await startRun(engine, target);
    const decide = (candidate: string, approve: boolean, more = {}) => run.handle.executeUpdate<DecisionRecord | null, [object]>(messageNames.decide, { args: [run.decide(candidate, approve, more)] });

    // The first waits and the second is already being tried.
    await run.until('r1-1 waits while r1-2 goes on', (status) => status.trials.length >= 2 && trialOf(status, 'r1-1').state === 'awaiting-approval');
    const approval = run.decide('r1-1', true, { comment: 'reads well' });
    const record = await run.handle.executeUpdate<DecisionRecord | null, [object]>(messageNames.decide, { args: [approval] });
    expect(record).toMatchObject({ trial: 'r1-1', approve: true, who: 'tester@here', comment: 'reads well', id: approval.decisionId });

    // The same message again is taken for the same; another decision is not.
    expect(await run.handle.executeUpdate(messageNames.decide, { args: [approval] })).toBeNull();
    expect(await refusalOf(decide('r1-1', false))).toBe('PL_ALREADY_DECIDED: r1-1 was already approved by tester@here');
    expect(await refusalOf(decide('r9-9', true))).toBe('PL_NO_SUCH_CANDIDATE: no candidate r9-9 in this run');
    expect(await refusalOf(decide('final', true))).toMatch(/^PL_NOT_AWAITING: /);

    const waiting = await run.until('the other two wait', (status) => status.state === 'awaiting-approval' && status.accepted === 1);
    expect(waiting.trials.map((trial) => trial.state)).toEqual(['decided', 'awaiting-approval', 'awaiting-approval']);
    expect(waiting.champion).toBe(trialOf(waiting, 'r1-1').commit);
    expect(resultBranch(engine, waiting)).toBe(waiting.champion);

    // A rejection by candidate id, and a late approval by signal, twice.
    await decide(trialOf(waiting, 'r1-3').candidate.id, false, { comment: 'too clever' });
    await run.until('one is left', ({ doing }) => doing === 'waiting for a decision on r1-2');
    const late = run.decide('r1-2', true);
    await run.handle.signal(messageNames.decide, late);
    await run.handle.signal(messageNames.decide, late);
    const status = await run.result();

    expect(status.state).toBe('done');
    expect(verdictOf(trialOf(status, 'r1-2'))).toBe('rejected faster,superseded');
    const afresh = trialOf(status, 'r1-2c');
    expect(verdictOf(afresh)).toBe('accepted faster');
    expect(afresh.champion).toBe(trialOf(status, 'r1-1').commit);
    expect(afresh.commit).toBe(status.champion);
    expect(verdictOf(trialOf(status, 'r1-3'))).toBe('rejected faster,not-approved');
    expect(trialOf(status, 'r1-3').verdict?.reasons.at(-1)?.text).toBe('Rejected by tester@here: too clever');
    expect(status.decisions.map(({ trial, approve }) => `${trial} ${approve}`)).toEqual(['r1-1 true', 'r1-3 false', 'r1-2 true']);

    expect(status.accepted).toBe(2);
    expect(resultGit(engine, status, 'log', '--format=%(trailers:key=Perfloop-Trial,valueonly,separator=)%(trailers:key=Perfloop-Approved-By,valueonly,separator=)', `${status.target.base}..${resultBranch(engine, status)}`).split('\n')).toEqual([
      'r1-2ctester@here',
      'r1-1tester@here',
    ]);

    // What each is worth was measured after that, and would have been had the answer come a day later: the run had 8 hours.
    expect(status.ablations).toHaveLength(2);
    const answered = ({ workflowExecutionSignaledEventAttributes: signal }: HistoryEvent): boolean => signal?.signalName === messageNames.decide;
    await Worker.runReplayHistory({ workflowBundle: { codePath: join(packageRoot, 'dist', 'workflow-bundle.js') }, replayName: 'late' }, laterFrom(answered, 24 * 3600, await run.handle.fetchHistory()));
  });
});

type HistoryEvent = NonNullable<History['events']>[number];

/** The history as it were, had everything from an event on come so many seconds later. */
function laterFrom(first: (event: HistoryEvent) => boolean, seconds: number, history: History): History {
  const events = history.events ?? [];
  const from = events.findIndex(first);
  expect(from).toBeGreaterThan(0);
  return { events: events.map((event, index) => (index < from || event.eventTime == null ? event : { ...event, eventTime: { ...event.eventTime, seconds: event.eventTime.seconds?.add(seconds) ?? null } })) };
}

describe('a round whose candidates all wait', () => {
  const target = makeTarget((outside) => scoredProgram({ alpha: 40 }, `[loop]\nrounds = 5\nplateau = 1\n[propose]\nrecipes = false\nscript = "node ${proposer(outside, makesFast)}"\n[approval]\nmode = "each"`));

  it('did find something: the run goes on to the next round before it waits', async () => {
    const run = await startRun(engine, target);
    const waiting = await run.until('it waits', (status) => status.state === 'awaiting-approval');
    // What waits is not tried again; so the second round finds nothing more.
    expect(waiting).toMatchObject({ round: 2, trials: [{ id: 'r1-1', state: 'awaiting-approval' }] });
    await run.handle.executeUpdate(messageNames.decide, { args: [run.decide('r1-1', true)] });
    expect(await run.result()).toMatchObject({ state: 'done', accepted: 1 });
  });
});

describe('approval = "risky", the default', () => {
  // Without alpha the program is 11 times as fast; beta brings a cache, and 6.8%, more than luck of one build can.
  const fastWithCache = `if (name === 'alpha') { ${makesFast} } else if (/const ms = (?!2;)/.test(text)) {
    write(text.replace(/const ms = \\d+/, 'const ms = 2') + 'const kept = new Map();\\nexport const keep = (x) => { if (!kept.has(x)) kept.set(x, x); return kept.get(x); };\\n');
    console.log('beta keeps what it works out');
  }`;
  const target = makeTarget((outside) => scoredProgram({ alpha: 800, beta: 58 }, `[loop]\nrounds = 1\nablation = false\n[propose]\nrecipes = false\nscript = "node ${proposer(outside, fastWithCache)}"\n`));

  it('asks about what has a flag, and about what is too good to believe, measured twice', async () => {
    const run = await startRun(engine, target);
    const waiting = await run.until('both wait', (status) => status.state === 'awaiting-approval');
    const [alpha, beta] = [trialOf(waiting, 'r1-1'), trialOf(waiting, 'r1-2')];
    expect(verdictOf(alpha)).toBe('quarantined too-fast,repeated');
    expect(alpha.again?.verdict.measured?.pairs).toBe(6);
    expect(alpha.again?.samples).not.toBeNull();
    expect(verdictOf(beta)).toBe('accepted faster');
    expect(beta.flags).toMatchObject([{ code: 'cache', file: 'src/beta.js' }]);
    const shown = (await cli(engine, ['show', run.id])).stdout;
    expect(shown).toMatch(/again in a fresh clone: quarantined/);
    expect(shown).toMatch(/cache src\/beta\.js:\d+: it keeps what one call worked out/);

    await run.handle.executeUpdate(messageNames.decide, { args: [run.decide('r1-1', true)] });
    await run.handle.executeUpdate(messageNames.decide, { args: [run.decide('r1-2', false)] });
    const status = await run.result();
    expect(verdictOf(trialOf(status, 'r1-1'))).toBe('accepted too-fast,repeated,approved');
    expect(verdictOf(trialOf(status, 'r1-2'))).toBe('rejected faster,not-approved');
    expect(status).toMatchObject({ accepted: 1, champion: trialOf(status, 'r1-1').commit });
    expect(resultBranch(engine, status)).toBe(status.champion);
    // The fresh clone is gone with its worktrees.
    expect(readdirSync(engine.home.repos).filter((name) => name.startsWith('fresh-'))).toEqual([]);
  });
});

describe('an approval that nobody gives', () => {
  const approving = threeWaits('mode = "each"\ntimeout = "1s"\non_timeout = "approve"');
  const rejecting = threeWaits('mode = "each"\ntimeout = "1s"\non_timeout = "reject"');

  it('counts as given where the config says so', async () => {
    const run = await startRun(engine, approving);
    const { handle } = run;
    await handle.executeUpdate(messageNames.setBudget, { args: [{ v: 1, maxTrials: 1 }] });
    const status = await run.result();
    expect(status.decisions).toMatchObject([{ trial: 'r1-1', approve: true, who: 'perfloop', comment: 'nobody decided within 1 s' }]);
    expect(verdictOf(trialOf(status, 'r1-1'))).toBe('accepted faster');
    expect(resultBranch(engine, status)).toBe(status.champion);
  });

  // Each alone is twice as fast; on top of the other it is 14 times as fast.
  const together = makeTarget((outside) => ({ ...scoredProgram({ alpha: 100, beta: 97 }, `[loop]\nrounds = 1\n[propose]\nrecipes = false\nscript = "node ${proposer(outside, makesFast)}"\n[approval]\nmode = "each"\ntimeout = "1s"\non_timeout = "approve"`), 'bench/score.sh': scoreScript.replace('total=20', 'total=3') }));

  it('never counts as given for what is too good to believe only on the new champion', async () => {
    const status = await (await startRun(engine, together)).result();
    // They are tried side by side; the one that began to wait first is decided on first.
    const [first, second] = status.decisions[0]?.trial === 'r1-2' ? ['r1-2', 'r1-1'] : ['r1-1', 'r1-2'];
    expect(status.decisions.map(({ trial, approve, who }) => `${trial} ${approve} ${who}`), described(status)).toEqual([`${first} true perfloop`, `${second} true perfloop`, `${second}c false perfloop`]);
    expect(verdictOf(trialOf(status, `${second}c`))).toBe('rejected too-fast,repeated,not-approved');
    expect(status).toMatchObject({ accepted: 1, champion: trialOf(status, first).commit });
  });

  it('counts as refused otherwise', async () => {
    const run = await startRun(engine, rejecting);
    await run.handle.executeUpdate(messageNames.setBudget, { args: [{ v: 1, maxTrials: 1 }] });
    const status = await run.result();
    expect(status).toMatchObject({ state: 'done', accepted: 0, final: null, speedup: null });
    expect(verdictOf(trialOf(status, 'r1-1'))).toBe('rejected faster,not-approved');
    expect(resultBranch(engine, status)).toBeNull();
  });
});

describe('approval = "final"', () => {
  const target = threeWaits('mode = "final"');

  async function untilFinal(): Promise<StartedRun> {
    const run = await startRun(engine, target);
    await run.handle.executeUpdate(messageNames.setBudget, { args: [{ v: 1, maxTrials: 1 }] });
    const waiting = await run.until('the branch waits', (status) => status.state === 'awaiting-approval');
    // What it decides on is measured by then, and nothing is published.
    expect(waiting.final).not.toBeNull();
    expect(waiting.accepted).toBe(1);
    expect(resultBranch(engine, waiting)).toBeNull();
    return run;
  }

  it('publishes the branch once a person agreed', async () => {
    const run = await untilFinal();
    expect(await refusalOf(run.handle.executeUpdate(messageNames.decide, { args: [run.decide('r1-1', true)] }))).toMatch(/^PL_NOT_AWAITING: /);
    await run.handle.executeUpdate(messageNames.decide, { args: [run.decide('final', true)] });
    const status = await run.result();
    expect(resultBranch(engine, status)).toBe(status.champion);
    expect(status.decisions).toMatchObject([{ trial: 'final', approve: true }]);
  });

  it('publishes nothing when the person refuses, and says so', async () => {
    const run = await untilFinal();
    expect(jsonOf(await cli(engine, ['apply', run.handle.workflowId, '--json']))).toMatchObject({ error: { code: 'PL_NO_RESULT' } });
    await run.handle.signal(messageNames.decide, run.decide('final', false, { comment: 'not before the release' }));
    const status = await run.result();
    const applied = await cli(engine, ['apply', run.handle.workflowId, '--json']);
    expect(jsonOf(applied)).toMatchObject({ error: { code: 'PL_NOT_APPROVED' } });
    expect(applied.code).toBe(2);
    expect(status.state).toBe('done');
    expect(resultBranch(engine, status)).toBeNull();
    expect(status.warnings).toContain('The branch was not published: tester@here rejected it: not before the release.');
  });
});
