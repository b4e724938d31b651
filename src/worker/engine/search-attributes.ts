import type { Client } from '@temporalio/client';
import { encodeSearchAttributeIndexedValueType } from '@temporalio/common/lib/search-attributes.js';
import { setTimeout as sleep } from 'node:timers/promises';
import { PerfloopError } from '../../core/errors.js';
import { searchAttributes } from '../../core/messages.js';

/** As `temporal operator search-attribute create --type` spells them. */
type Type = 'Keyword' | 'Int' | 'Double';

const wireNames = { Keyword: 'KEYWORD', Int: 'INT', Double: 'DOUBLE' } as const;

function indexed(type: Type) {
  const code = encodeSearchAttributeIndexedValueType(wireNames[type]);
  if (code === undefined) throw new Error(`the SDK does not know the search attribute type ${type}`);
  return code;
}

/** What perfloop sets; deploy/temporal/namespace.sh registers the same. */
export const searchAttributeTypes: Record<(typeof searchAttributes)[keyof typeof searchAttributes], Type> = {
  [searchAttributes.target]: 'Keyword',
  [searchAttributes.phase]: 'Keyword',
  [searchAttributes.status]: 'Keyword',
  [searchAttributes.gpu]: 'Keyword',
  [searchAttributes.round]: 'Int',
  [searchAttributes.speedup]: 'Double',
};

export interface AttributeProblem {
  name: string;
  type: Type;
  problem: 'absent' | 'other-type';
}

/** What is missing on the server; empty when all is well. */
export async function missingSearchAttributes(client: Client): Promise<AttributeProblem[]> {
  const { customAttributes } = await client.connection.operatorService.listSearchAttributes({ namespace: client.options.namespace });
  const problems: AttributeProblem[] = [];
  for (const [name, type] of Object.entries(searchAttributeTypes)) {
    const there = customAttributes?.[name];
    if (there === undefined || there === null) problems.push({ name, type, problem: 'absent' });
    else if (there !== indexed(type)) problems.push({ name, type, problem: 'other-type' });
  }
  return problems;
}

/**
 * Registers the search attributes and checks that they are there: setting one that is not wedges a workflow for good.
 * Throws PL_SEARCH_ATTRIBUTES where the server refuses or holds one of another type.
 */
export async function ensureSearchAttributes(client: Client): Promise<void> {
  const namespace = client.options.namespace;
  let refused: unknown;
  const absent = (await missingSearchAttributes(client)).filter(({ problem }) => problem === 'absent');
  if (absent.length > 0) {
    const wanted = Object.fromEntries(absent.map(({ name, type }) => [name, indexed(type)]));
    await client.connection.operatorService.addSearchAttributes({ namespace, searchAttributes: wanted }).catch((error: unknown) => {
      // Another process may have added them meanwhile: the list decides.
      refused = error;
    });
  }
  const left = await missingSearchAttributes(client);
  if (left.length === 0) return await untilKnown(client);
  throw new PerfloopError('PL_SEARCH_ATTRIBUTES', 'the namespace lacks search attributes that perfloop sets', {
    where: `namespace ${namespace}`,
    fix: `Ask its administrator to run: temporal operator search-attribute create -n ${namespace} ${left.map(({ name, type }) => `--name ${name} --type ${type}`).join(' ')}`,
    problems: left.map(({ name, type, problem }) => (problem === 'absent' ? `${name} (${type}) is not registered` : `${name} is registered, but not as ${type}`)),
    cause: refused,
  });
}

/** Longer than the server's caches of a namespace live. */
const knownLimitMs = 30_000;

/** Nothing has these values; it is the names that count. */
const everyName = Object.entries(searchAttributeTypes).map(([name, type]) => `${name} = ${type === 'Keyword' ? "'-'" : '-1'}`).join(' AND ');

/** The server lists an attribute at once, but takes it only when its caches of the namespace are new, a few seconds later. */
async function untilKnown(client: Client): Promise<void> {
  const { namespace } = client.options;
  for (const began = performance.now(); ; await sleep(250)) {
    try {
      await client.workflowService.listWorkflowExecutions({ namespace, pageSize: 1, query: everyName });
      return;
    } catch (error) {
      const unknown = error instanceof Error && 'code' in error && error.code === invalidArgument;
      if (!unknown) throw error;
      if (performance.now() - began > knownLimitMs) {
        throw new PerfloopError('PL_SEARCH_ATTRIBUTES', `the server lists perfloop's search attributes, but does not take them: ${error.message}`, { where: `namespace ${namespace}`, fix: 'Try again; if it stays so, the visibility store of the server is not set up as its release asks for.', cause: error });
      }
    }
  }
}

/** https://grpc.github.io/grpc/core/md_doc_statuscodes.html */
const invalidArgument = 3;
