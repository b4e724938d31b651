import { readFileSync, readdirSync } from 'node:fs';
import { join, sep } from 'node:path';
import { DefaultLogger, Runtime, Worker, type ReplayWorkerOptions } from '@temporalio/worker';
import { beforeAll, describe, expect, it } from 'vitest';
import { workflowTypes } from '../../src/core/inputs.js';
import { messageNames } from '../../src/core/messages.js';
import { packageRoot } from '../../src/worker/engine/package-paths.js';
import { historyFromPlain, type History } from './history-file.js';

// A run may be under way for days, over releases: what it did must come out the same when the code of today replays it.

// Those of a release are in a folder of its name and stay as they are (CONTRIBUTING.md); the others are of what is not released.
const folder = join(packageRoot, 'test', 'histories');
const recordAgain = 'npm run build && npx tsx scripts/record-histories.ts';
const options: ReplayWorkerOptions = { workflowBundle: { codePath: join(packageRoot, 'dist', 'workflow-bundle.js') } };

const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.json')).sort();
const read = (name: string): History => historyFromPlain(JSON.parse(readFileSync(join(folder, name), 'utf8')) as object);

const recorded = files.map((name) => {
  const events = read(name).events ?? [];
  return {
    name,
    type: events[0]?.workflowExecutionStartedEventAttributes?.workflowType?.name ?? '',
    continued: events[0]?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId,
    continues: events.at(-1)?.workflowExecutionContinuedAsNewEventAttributes != null,
    signals: events.map((event) => event.workflowExecutionSignaledEventAttributes?.signalName ?? ''),
    updates: events.map((event) => event.workflowExecutionUpdateAcceptedEventAttributes?.acceptedRequest?.input?.name ?? ''),
  };
});

beforeAll(() => void Runtime.install({ logger: new DefaultLogger('ERROR') }));

describe('recorded histories', () => {
  it.each(files)('%s replays with the workflows of today', async (name) => {
    try {
      await Worker.runReplayHistory({ ...options, replayName: name }, read(name));
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new Error(`${name} no longer replays, so a run that is under way would break: ${why}\nKeep the old order of commands behind patched() of @temporalio/workflow. ${name.includes(sep) ? 'A release recorded it: it cannot be recorded again.' : `No release has such runs, so it can be recorded again: ${recordAgain}`}`, { cause: error });
    }
  });

  it.each(Object.values(workflowTypes))('are there of the workflow %s', (type) => {
    expect(recorded.filter((history) => history.type === type).map(({ name }) => name), `no history of the workflow ${type} in test/histories; record them: ${recordAgain}`).not.toEqual([]);
  });

  it('hold both sides of continue-as-new, and every message', () => {
    expect(recorded.some(({ continues }) => continues), recordAgain).toBe(true);
    expect(recorded.some(({ continued }) => Boolean(continued)), recordAgain).toBe(true);
    const { decide, setBudget, pause, resume, stop } = messageNames;
    expect(recorded.flatMap(({ updates }) => updates), recordAgain).toEqual(expect.arrayContaining([decide, setBudget]));
    expect(recorded.flatMap(({ signals }) => signals), recordAgain).toEqual(expect.arrayContaining([decide, pause, resume, stop]));
  });
});
