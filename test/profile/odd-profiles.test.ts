import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { nsysTables } from '../../src/profile/import/nsys/tables.js';
import { profileTools } from '../../src/profile/tools/registry.js';
import { ask } from '../../src/profile/tools/tool.js';
import { profileOf } from './ask-tool.js';
import { globalPidOf, globalTidOf } from './nsys-export.js';

// Every tool answers, in the form that it promises, whatever a profile holds.

const largest = 2n ** 63n - 1n;
const hostile = `<script>alert(1)</script>'); DROP TABLE StringIds; --\u001b[31m\u0000 größe ${'x'.repeat(1_000_000)}`;
const strings = { 1: hostile, 2: 'gemm', 3: 'cudaStreamSynchronize_v3020', 4: 'cudaLaunchKernel_v7000', 5: 'step 1', 6: '' };

const kernel = (start: number | bigint, end: number | bigint, more: object = {}) => ({ start, end, deviceId: 0, streamId: 7, correlationId: 1, globalPid: globalPidOf(1), demangledName: 1, shortName: 1, graphNodeId: null, ...more });
const call = (start: number | bigint, end: number | bigint, more: object = {}) => ({ start, end, globalTid: globalTidOf(1, 1), correlationId: 1, nameId: 4, returnValue: 0, ...more });

const profiles: Record<string, object> = {
  'a hostile name, of a megabyte': { CUPTI_ACTIVITY_KIND_KERNEL: [kernel(10, 20), kernel(30, 40)], CUPTI_ACTIVITY_KIND_RUNTIME: [call(0, 5, { nameId: 1 })], NVTX_EVENTS: [{ start: 0, end: 50, eventType: 59, text: hostile, globalTid: globalTidOf(1, 1) }] },
  'the largest ids and addresses': { CUPTI_ACTIVITY_KIND_KERNEL: [kernel(10, 20, { correlationId: largest, graphNodeId: largest }), kernel(30, 40, { globalPid: largest })], CUPTI_ACTIVITY_KIND_RUNTIME: [call(0, 5, { correlationId: largest }), call(0, 5, { globalTid: largest })], CUDA_GPU_MEMORY_USAGE_EVENTS: [{ start: 1, globalPid: largest, deviceId: 0, address: largest, bytes: 5, memKind: 2, memoryOperationType: 0 }] },
  'nothing in columns that may be empty': { CUPTI_ACTIVITY_KIND_KERNEL: [kernel(10, 20, { correlationId: null, globalPid: null, shortName: null, demangledName: null })], CUPTI_ACTIVITY_KIND_RUNTIME: [call(0, 5, { correlationId: null, nameId: 6 })], CUPTI_ACTIVITY_KIND_MEMSET: [kernel(50, 60, { bytes: 0, memKind: null, correlationId: null })], NVTX_EVENTS: [{ start: 0, end: null, eventType: 59, text: null, textId: null, globalTid: null }] },
  'absurd times: before the epoch, decades long, all at one moment': { CUPTI_ACTIVITY_KIND_KERNEL: [kernel(-5_000, 20), kernel(20, 2n ** 60n), ...Array.from({ length: 50 }, () => kernel(7, 7))], CUPTI_ACTIVITY_KIND_RUNTIME: [call(-9_000, 2n ** 60n, { nameId: 3 }), ...Array.from({ length: 50 }, () => call(7, 7, { nameId: 3 }))], NVTX_EVENTS: Array.from({ length: 5 }, (_, i) => ({ start: i, end: i, eventType: 59, text: `step ${i}`, globalTid: globalTidOf(1, 1) })) },
  'times that run backwards, but for one': { CUPTI_ACTIVITY_KIND_KERNEL: [kernel(20, 10), kernel(30, 40)], CUPTI_ACTIVITY_KIND_RUNTIME: [call(5, 0), call(25, 26)], NVTX_EVENTS: [{ start: 9, end: 3, eventType: 59, text: 'step', globalTid: globalTidOf(1, 1) }] },
  'every table that is known, without rows, and one call': { ...Object.fromEntries(nsysTables.filter(({ name }) => name !== 'OSRT_API').map(({ name, columns }) => [name, { columns }])), OSRT_API: [{ start: 1, end: 2, globalTid: 1, nameId: 2 }] },
  'work without a stream, and on one of a large id': { CUPTI_ACTIVITY_KIND_KERNEL: [kernel(10, 20, { streamId: null }), kernel(30, 40, { streamId: 2n ** 52n })], CUPTI_ACTIVITY_KIND_MEMCPY: [{ ...kernel(1, 2, { streamId: null }), bytes: 5, copyKind: 1, srcKind: null, dstKind: null }] },
  'tables without rows': { CUPTI_ACTIVITY_KIND_KERNEL: [kernel(20, 10)], CUPTI_ACTIVITY_KIND_RUNTIME: [call(5, 0)], OSRT_API: [{ start: 1, end: 2, globalTid: 1, nameId: 2 }] },
};

/** What a tool cannot be asked without. */
const needed: Record<string, object> = { mfu: { flops: 1, peak: 1 }, search: { pattern: 'g' }, query: { sql: 'SELECT 1 AS one' }, callers_of: { pattern: 'g' } };

/** Each tool as it is asked without flags, and with each choice that its flags offer. */
function inputsOf(tool: (typeof profileTools)[number]): { tool: typeof tool; input: object }[] {
  const { properties = {} } = z.toJSONSchema(tool.input, { io: 'input' }) as { properties?: Record<string, { enum?: string[] }> };
  const choices = Object.entries(properties).flatMap(([field, { enum: values = [] }]) => values.map((value) => ({ [field]: value })));
  return [{}, ...choices].map((choice) => ({ tool, input: { ...needed[tool.name], ...choice } }));
}

describe.each(Object.entries(profiles))('%s', (_, rows) => {
  it('is answered by every tool, or not, in the form that it promises', async () => {
    const db = await profileOf(rows, strings);
    for (const { tool, input } of profileTools.filter(({ name }) => name !== 'diff').flatMap(inputsOf)) {
      const answer = ask(tool, db, input);
      if (answer.abstained !== null) expect(answer.abstained).not.toBe('');
      else {
        expect(() => tool.row.array().parse(answer.rows), `${tool.name} ${JSON.stringify(input)}`).not.toThrow();
        expect(() => tool.facts.parse(answer.facts), tool.name).not.toThrow();
      }
    }
    expect(db.prepare('SELECT COUNT(*) FROM StringIds').pluck().get()).toBeGreaterThan(0);
  });
});
