import { randomInt } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { stepSchema } from '../../src/core/config/steps-schema.js';
import { messageNames, type Decide } from '../../src/core/messages.js';
import { countingTarget, type CountingTarget } from '../support/counting-target.js';
import { patience, sharedLoop } from '../support/loop.js';

/** One that failed comes back with PERFLOOP_FAULT_SEED=<seed>. */
const seed = Number(process.env['PERFLOOP_FAULT_SEED'] ?? randomInt(2 ** 31));
const loop = sharedLoop();

/** Numbers from 0 up to `below`, the same for the same seed (xorshift). */
function numbers(from: number): (below: number) => number {
  let state = from | 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

type Kind = 'noop' | 'command' | 'flaky';

interface PlannedSteps {
  steps: { name: string; kind: Kind }[];
  /** As they are written. */
  config: unknown[];
}

/** Four parts of ten steps: one opens the part, eight need it or one another, one joins them. One part runs again, by a jump. Half of the steps are commands that write their name. */
function planOf(draw: (below: number) => number, file: string): PlannedSteps {
  const config: unknown[] = [];
  const steps: PlannedSteps['steps'] = [];
  const add = (name: string, needs: string[], kind: Kind, more: object = {}): void => {
    const run = `echo ${name} >> ${file}; sleep 0.0${1 + draw(9)}${kind === 'flaky' ? `; test "$(grep -c '^${name}$' ${file})" -ge 2` : ''}`;
    config.push({ ...(kind === 'noop' ? { type: 'noop' } : { type: 'command', command: { run } }), name, needs, ...(kind === 'flaky' ? { retry: { attempts: 3, backoff: '10ms' } } : {}), ...more });
    steps.push({ name, kind });
  };
  for (let part = 0; part < 4; part++) {
    add(`open${part}`, part === 0 ? [] : [`join${part - 1}`], 'noop');
    const members = Array.from({ length: 8 }, (_, index) => `s${part}-${index}`);
    const flaky = 2 * draw(4);
    members.forEach((name, index) => add(name, [index < 2 ? `open${part}` : (members[draw(index)] as string)], index === flaky ? 'flaky' : index % 2 === 0 ? 'command' : 'noop'));
    add(`join${part}`, members, 'command', part === 1 ? { next: [{ to: `open${part}`, when: `steps.join${part}.count < 2` }] } : {});
  }
  return { steps, config };
}

interface Watched {
  /** How often each step ended well, by the histories of the server. */
  ended: Record<string, number>;
  effects: string[];
  status: unknown;
}

/** Runs the plan; `kills`: after so many lines more, this part is killed. */
async function runs(kills: readonly { part: 'worker' | 'server'; after: number }[]): Promise<Watched & Pick<PlannedSteps, 'steps'>> {
  const counting = countingTarget();
  try {
    const file = join(dirname(counting.dir), 'lines');
    const { steps, config } = planOf(numbers(seed), file);
    const target: CountingTarget = { ...counting, config: { ...counting.config, steps: config.map((step) => stepSchema.parse(step)) } };
    const lines = (): string[] => (existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n') : []);
    const run = await loop.start(target, { mostEvents: 100 });
    for (const { part, after } of kills) {
      const from = lines().length;
      await expect.poll(() => lines().length, patience).toBeGreaterThanOrEqual(from + after);
      await loop.kill(part);
    }
    const end = await loop.ended(run);
    expect(end, `seed ${seed}: ${JSON.stringify(end.status?.error)}`).toMatchObject({ execution: 'COMPLETED', code: null, status: { state: 'done' } });
    return { steps, ended: await endedWell(run), effects: lines(), status: end.status?.steps };
  } finally {
    counting.remove();
  }
}

/** Of every execution of the workflow: the commands of steps that were reported done, by the name of the step. */
async function endedWell(run: string): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  let executions = 0;
  for await (const { runId } of loop.client().workflow.list({ query: `WorkflowId = "${run}"` })) {
    executions += 1;
    const { events } = await loop.client().workflow.getHandle(run, runId).fetchHistory();
    const names = new Map((events ?? []).map((event) => [String(event.eventId), event.activityTaskScheduledEventAttributes == null ? '' : textOf(event.userMetadata?.summary?.data)]));
    for (const { activityTaskCompletedEventAttributes: completed } of events ?? []) {
      if (completed == null) continue;
      const name = names.get(String(completed.scheduledEventId)) ?? '';
      // A ping tells nothing; a command, whether it passed.
      const told = (JSON.parse(Buffer.from(completed.result?.payloads?.[0]?.data ?? []).toString() || 'null') ?? {}) as { ok?: boolean };
      if (/^(?:open|join|s\d-)/.test(name) && told.ok !== false) counts[name] = (counts[name] ?? 0) + 1;
    }
  }
  expect(executions).toBeGreaterThan(1);
  return Object.fromEntries(Object.entries(counts).toSorted(([one], [other]) => (one < other ? -1 : 1)));
}

const textOf = (data: Uint8Array | null | undefined): string => (data == null ? '' : (JSON.parse(Buffer.from(data).toString()) as string));

it('waits on for the same answers when it is killed while it waits, also for one that came while it was dead', async () => {
  const counting = countingTarget();
  onTestFinished(() => counting.remove());
  const file = join(dirname(counting.dir), 'lines');
  const note = (name: string): object => ({ type: 'command', name, command: { run: `echo ${name} >> ${file}` } });
  const steps = [note('first'), { type: 'approve', name: 'gate' }, note('second'), { type: 'approve', name: 'last' }, note('third')].map((step) => stepSchema.parse(step));
  const run = await loop.start({ ...counting, config: { ...counting.config, steps } });
  const handle = loop.client().workflow.getHandle(run);
  const waiting = async (): Promise<unknown> => loop.status(run).then(({ state, questions }) => ({ state, questions }), () => null);
  const waitsFor = async (id: string): Promise<unknown> => {
    await expect.poll(waiting, patience).toMatchObject({ state: 'awaiting-approval', questions: [{ id }] });
    return waiting();
  };
  const decision = (candidate: string): Decide => ({ v: 1, decisionId: candidate, candidate, approve: true, who: 'ann', comment: '' });

  const before = await waitsFor('gate');
  const dead = await loop.kill('worker');
  await expect.poll(() => loop.state().worker?.pid ?? dead, patience).not.toBe(dead);
  // The same question, since and until when it was.
  expect(await waitsFor('gate')).toEqual(before);
  expect(await handle.executeUpdate(messageNames.decide, { args: [decision('gate')] })).toMatchObject({ trial: 'gate', who: 'ann' });

  await waitsFor('last');
  await loop.kill('worker');
  await handle.signal(messageNames.decide, decision('last'));
  const end = await loop.ended(run);
  expect(end).toMatchObject({ execution: 'COMPLETED', status: { state: 'done', error: null, steps: { done: 5, failed: 0 } } });
  expect(end.status?.decisions.map(({ trial, approve, who }) => `${trial} ${approve} ${who}`)).toEqual(['gate true ann', 'last true ann']);
  expect(readFileSync(file, 'utf8').trim().split('\n')).toEqual(['first', 'second', 'third']);
});

it(`completes every step of a graph as often as undisturbed, wherever it is killed (PERFLOOP_FAULT_SEED=${seed})`, { timeout: 400_000 }, async () => {
  const undisturbed = await runs([]);
  const draw = numbers(seed ^ 0x5bd1e995);
  const parts = (['worker', 'server', 'worker'] as const).map((part) => ({ part, after: 1 + draw(5) }));
  const killed = await runs(parts);
  const story = `seed ${seed}, ${JSON.stringify(parts)}`;
  expect(Object.keys(undisturbed.ended)).toHaveLength(40);
  expect(killed.ended, story).toEqual(undisturbed.ended);
  expect(killed.status, story).toEqual(undisturbed.status);
  for (const { name, kind } of killed.steps) {
    const lines = ({ effects }: Watched): number => effects.filter((line) => line === name).length;
    const often = undisturbed.ended[name] ?? 0;
    // Undisturbed, each line is of one attempt: no step began twice. One that was killed in its middle began again.
    expect(lines(undisturbed), name).toBe(kind === 'noop' ? 0 : often + (kind === 'flaky' ? 1 : 0));
    expect(lines(killed), `${name}, ${story}`).toBeGreaterThanOrEqual(kind === 'noop' ? 0 : often);
  }
});
