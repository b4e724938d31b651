import { randomBytes } from 'node:crypto';
import { ApplicationFailure } from '@temporalio/activity';
import { NativeConnection, Worker } from '@temporalio/worker';
import { expect, it } from 'vitest';
import { defaultConfig } from '../../src/core/config/parse.js';
import { priorityOf } from '../../src/core/fleet/priority.js';
import type { RunInput } from '../../src/core/inputs.js';
import { queues } from '../../src/core/queues.js';
import { sharedEngine } from './shared.js';

const engine = sharedEngine();
const patience = { timeout: 60_000, interval: 200 };

it('a machine that comes late takes the runs that wait for it by priority, and each repository has its share', { timeout: 180_000 }, async () => {
  // Nobody serves the kind yet: all of them wait, those of the large repository since before the others.
  // A retry of the test has runs of its own.
  const tag = `late-${randomBytes(3).toString('hex')}`;
  const large = Array.from({ length: 10 }, (_, index) => ({ run: `large-${index}`, repository: 'https://example.org/large', priority: 3 }));
  const small = Array.from({ length: 2 }, (_, index) => ({ run: `small-${index}`, repository: 'https://example.org/small', priority: 3 }));
  const waiting: string[] = [];
  const wait = async (targets: readonly { run: string; repository: string; priority: number }[]): Promise<void> => {
    waiting.push(...targets.map(({ run }) => run));
    await Promise.all(targets.map(async ({ run, ...target }) => engine.client.workflow.start('run', { taskQueue: queues.workflows('perfloop'), workflowId: `${tag}-${run}`, args: [idle(`${tag}-${run}`, tag)], priority: priorityOf({ weight: 1, ...target }) })));
    await expect.poll(() => backlog(tag), patience).toBe(waiting.length);
  };
  await wait([{ run: 'last', repository: 'https://example.org/last', priority: 5 }, ...large]);
  await wait([...small, { run: 'first', repository: 'https://example.org/first', priority: 1 }]);

  // It has one place, and turns each away.
  const order: string[] = [];
  const connection = await NativeConnection.connect({ address: engine.address });
  try {
    const worker = await Worker.create({
      connection,
      namespace: engine.client.options.namespace,
      taskQueue: queues.kind('perfloop', tag),
      maxConcurrentActivityTaskExecutions: 1,
      maxConcurrentActivityTaskPolls: 1,
      activities: {
        lease: async ({ run }: { run: string }) => {
          order.push(run.slice(tag.length + 1));
          return Promise.reject(ApplicationFailure.nonRetryable('seen', 'PL_SEEN'));
        },
      },
    });
    await worker.runUntil(expect.poll(() => order, patience).toHaveLength(waiting.length));
  } finally {
    await connection.close();
  }

  expect(order[0]).toBe('first');
  expect(order.at(-1)).toBe('last');
  expect(new Set(order)).toEqual(new Set(waiting));
  // By age all ten of the large one would come before them.
  for (const { run } of small) expect(order.slice(0, 8), order.join()).toContain(run);
});

/** Of one step that wants a machine. */
function idle(run: string, tag: string): RunInput {
  const { loop, machine, ...config } = defaultConfig();
  return {
    v: 1,
    run,
    target: { id: 'idle', name: 'idle', base: { commit: '0'.repeat(40), bundle: { sha: '0'.repeat(64), bytes: 0, kind: 'bundle' } }, origin: '/', revision: 'HEAD' },
    config: { ...config, loop: { ...loop, rounds: 1 }, machine: { ...machine, tag }, steps: [{ type: 'noop', enabled: true }] },
    queuePrefix: 'perfloop',
    who: 'tester',
    warnings: [],
  };
}

async function backlog(tag: string): Promise<number> {
  const { stats } = await engine.client.connection.workflowService.describeTaskQueue({
    namespace: engine.client.options.namespace,
    taskQueue: { name: queues.kind('perfloop', tag) },
    // oxlint-disable-next-line typescript/no-unsafe-enum-assignment -- temporal.api.enums.v1.TaskQueueType: an activity
    taskQueueType: 2,
    reportStats: true,
  });
  return Number(stats?.approximateBacklogCount ?? 0);
}
