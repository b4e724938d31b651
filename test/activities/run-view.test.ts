import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { writeRunView } from '../../src/activities/run-view.js';
import type { HubActivities } from '../../src/core/run/contracts.js';
import { decidedTrial } from '../../src/core/run/decided-trial.js';
import { shortened, stepFolder } from '../../src/core/run/step-record.js';
import type { TrialSummary } from '../../src/core/status.js';
import { openArtifacts } from '../../src/store/artifacts.js';
import { homeFrom } from '../../src/store/home.js';

const root = mkdtempSync(join(tmpdir(), 'perfloop-view-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

type Recorded = Parameters<HubActivities['recordRun']>[0];

describe('the folder of a run for people', () => {
  const home = homeFrom({ PERFLOOP_HOME: root });
  const artifacts = openArtifacts(home.artifacts);
  const read = (...path: string[]): unknown => JSON.parse(readFileSync(join(home.logs, 'r-1', ...path), 'utf8'));

  async function recorded(over: Partial<Recorded> = {}): Promise<Recorded> {
    const trial = {
      id: 'r1-2', round: 1, state: 'decided', champion: 'aaaa', commit: 'bbbb', samples: null, startedAt: 1, endedAt: 2,
      candidate: { id: 'c', proposer: 'script', title: 'beta waits no longer' }, verdict: { kind: 'accepted', measured: null, reasons: [] }, diff: await artifacts.put('diff', '+ fast\n'),
    } as unknown as TrialSummary;
    const status = { run: 'r-1', state: 'running', round: 1, rounds: 3, champion: 'bbbb', target: { base: 'aaaa' }, warnings: [], evidence: { environment: await artifacts.put('json', '{"cpu": 8}'), findings: [await artifacts.put('findings', '[1]'), await artifacts.put('findings', '[2]')] } } as unknown as Recorded['status'];
    return { v: 1, status, trials: [{ position: 0, trial }], decisions: [], lastDecision: decidedTrial(trial), ...over };
  }

  it('has what was decided on a trial with its change and what git did, and stays the same when it is written again', async () => {
    const whole = await recorded({ plan: { steps: [], loop: {} } as unknown as NonNullable<Recorded['plan']> });
    await writeRunView(home, artifacts, whole);
    const names = (): string[] => readdirSync(join(home.logs, 'r-1'), { recursive: true, encoding: 'utf8' }).toSorted();
    const before = names();
    expect(before).toEqual(['environment.json', 'findings-01.json', 'findings-02.json', 'plan.json', 'r1-2', 'r1-2/change.diff', 'r1-2/decision.json', 'state.json']);
    expect(read('r1-2', 'decision.json')).toMatchObject({ trial: 'r1-2', verdict: { kind: 'accepted' }, git: { action: 'committed', commit: 'bbbb', on: 'aaaa' } });
    expect(readFileSync(join(home.logs, 'r-1', 'r1-2', 'change.diff'), 'utf8')).toBe('+ fast\n');
    expect(read('findings-02.json')).toEqual([2]);
    expect(read('state.json')).toMatchObject({ head: 'bbbb', base: 'aaaa', round: 1, last_decision: { trial: 'r1-2', verdict: 'accepted' }, benchmark: null });
    await writeRunView(home, artifacts, whole);
    expect(names()).toEqual(before);
  });

  it('says what waits for a person, and until when', async () => {
    const { status } = await recorded();
    const question = { id: 'gate@2', step: 'gate', round: 1, count: 2, attempt: 1, text: 'Ship it?', facts: [], since: 1, until: 9, onTimeout: 'reject' as const };
    const asking = { ...status, run: 'r-3', questions: [question, { ...question, id: 'other', step: 'other' }] };
    await writeRunView(home, artifacts, await recorded({ status: asking, decisions: [{ id: 'd', trial: 'other', approve: true, who: 'ann', comment: '', at: 2 }] }));
    const state = JSON.parse(readFileSync(join(home.logs, 'r-3', 'state.json'), 'utf8')) as unknown;
    expect(state).toMatchObject({ waits_for: [{ id: 'gate@2', text: 'Ship it?', until: 9, on_timeout: 'reject' }], last_approval: { trial: 'other' } });
  });

  it('names what could not be written, and writes the rest', async () => {
    const gone = { sha: 'f'.repeat(64), bytes: 3, kind: 'json' } as const;
    const { status } = await recorded();
    await writeRunView(home, artifacts, await recorded({ status: { ...status, run: 'r-2', evidence: { environment: gone, findings: [] } as unknown as NonNullable<typeof status.evidence> } }));
    const state = JSON.parse(readFileSync(join(home.logs, 'r-2', 'state.json'), 'utf8')) as { missing: string[] };
    expect(state.missing).toEqual([expect.stringMatching(/^environment\.json: artifact f{12} .* is not in the store/)]);
    expect(readdirSync(join(home.logs, 'r-2')).toSorted()).toEqual(['r1-2', 'state.json']);
  });

  it('does not end a run where it cannot be written at all', async () => {
    const blocked = join(root, 'blocked');
    writeFileSync(blocked, '');
    await writeRunView({ ...home, logs: join(blocked, 'logs') }, artifacts, await recorded());
  });

  it('sorts executions by their names, and takes the beginning of a long output', () => {
    const names = [1, 2, 10, 99, 100, 1000].map((order) => stepFolder(2, order, 'z'));
    expect(names).toEqual(names.toSorted());
    expect(shortened({ a: 1 })).toEqual({ a: 1 });
    expect(String(shortened('x'.repeat(5000))).length).toBeLessThan(1100);
  });
});
