import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defaultPayloadConverter } from '@temporalio/common';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { beforeAll, expect, it } from 'vitest';
import { traceHeader } from '../../src/core/trace-context.js';
import { packageRoot } from '../../src/worker/engine/package-paths.js';
import type { WorkflowSpan } from '../../src/workflows/tracing.js';
import { historyFromPlain } from './history-file.js';

const traceparent = `00-${'a1'.repeat(16)}-${'b2'.repeat(8)}-01`;

beforeAll(() => void Runtime.install({ logger: new DefaultLogger('ERROR') }));

// A run of a fleet draws its id at random, and steps that ask a person begin and end side by side: with interceptors that
// draw ids or await, these two did not replay.
it.each(['fleetRun.done.json', 'run.asked-3.json', 'run.graph-continued-1.json'])('%s, recorded without a trace, replays alike with one', async (name) => {
  const history = historyFromPlain(JSON.parse(readFileSync(join(packageRoot, 'test', 'histories', name), 'utf8')) as object);
  const started = history.events?.[0]?.workflowExecutionStartedEventAttributes;
  if (started == null) throw new Error('it does not begin');
  started.header = { fields: { [traceHeader]: defaultPayloadConverter.toPayload({ traceparent }) } };
  const spans: WorkflowSpan[] = [];
  const sinks = { trace: { workflow: { fn: (_info: unknown, span: WorkflowSpan) => void spans.push(span), callDuringReplay: true } } };
  await Worker.runReplayHistory({ workflowBundle: { codePath: join(packageRoot, 'dist', 'workflow-bundle.js') }, replayName: name, sinks }, history);
  expect(spans).toEqual([expect.objectContaining({ name: started.workflowType?.name, ok: true, parent: { traceId: 'a1'.repeat(16), spanId: 'b2'.repeat(8), sampled: true } })]);
  expect(spans[0]?.context).toMatchObject({ traceId: 'a1'.repeat(16), sampled: true });
  expect(spans[0]?.context.spanId).toMatch(/^[0-9a-f]{16}$/);
});
