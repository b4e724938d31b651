import type { Client } from '@temporalio/client';
import type { Payload } from '@temporalio/common';
import { workflowTypes } from '../../core/inputs.js';
import type { Mentions } from '../../store/gc/mentions.js';

/** They are open for as long as a fleet is, and put nothing into the store. */
const standing = new Set<string>([workflowTypes.host, workflowTypes.alerts]);

/** Of perfloop's workflows that go on. */
export interface OpenWorkflows {
  ids: Set<string>;
  /** When the first of them began that does some work; null when there is none. */
  oldest: number | null;
}

/** Lists what goes on, and notes what its histories mention: an input, a result of a step that the store does not know yet. */
export async function openWorkflows(client: Client, mentions: Mentions): Promise<OpenWorkflows> {
  const types = Object.values(workflowTypes).map((type) => `'${type}'`).join(', ');
  const open: OpenWorkflows = { ids: new Set(), oldest: null };
  for await (const { workflowId, runId, startTime, type } of client.workflow.list({ query: `ExecutionStatus = 'Running' AND WorkflowType IN (${types})` })) {
    open.ids.add(workflowId);
    if (!standing.has(type)) open.oldest = Math.min(open.oldest ?? Infinity, startTime.getTime());
    await mentionedIn(client, workflowId, runId, mentions);
  }
  return open;
}

async function mentionedIn(client: Client, workflowId: string, runId: string, mentions: Mentions): Promise<void> {
  const payloads: Payload[] = [];
  gather(await client.workflow.getHandle(workflowId, runId).fetchHistory(), payloads);
  let decoded = payloads;
  for (const codec of client.options.loadedDataConverter.payloadCodecs.toReversed()) decoded = await codec.decode(decoded);
  for (const { data } of decoded) if (data != null) mentions.add(Buffer.from(data).toString('utf8'));
}

/** Every payload in a history, wherever an event has it. */
function gather(value: unknown, payloads: Payload[]): void {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return;
  if ('data' in value && value.data instanceof Uint8Array && 'metadata' in value) payloads.push(value as Payload);
  else for (const part of Object.values(value)) gather(part, payloads);
}
