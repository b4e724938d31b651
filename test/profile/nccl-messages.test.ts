import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { importProfile } from '../../src/profile/import/import.js';
import { openProfile } from '../../src/profile/tools/open.js';
import { answerOf, profileOf } from './ask-tool.js';
import { globalPidOf, globalTidOf, writeExport, type ExportRows } from './nsys-export.js';
import { temporaryFolder } from './temporary-folder.js';

const domain = 1;
/** As NCCL numbers its schemas: fixed ids from 1 << 24. */
const schemas = { init: 0x1000002, reduce: 0x1000005, gather: 0x1000004, send: 0x100000a };
const strings = { 1: 'ncclDevKernel_AllReduce_Sum_f32_RING_LL', 2: 'ncclDevKernel_AllGather_RING_LL', 3: 'ncclDevKernel_SendRecv', 4: 'ncclDevKernel_ReduceScatter_Sum_f32_RING_LL', 5: 'gemm', 9: 'cudaLaunchKernelExC_v11060', 20: 'ncclCommInitRankConfig', 21: 'ncclAllReduce', 22: 'ncclAllGather', 23: 'ncclSend', 24: 'ncclRecv', 25: 'ncclGroupStart', 26: 'ncclGroupEnd', 27: 'ncclReduceScatter' };
const idOf = (name: string): number => Number(Object.entries(strings).find(([, value]) => value === name)?.[0]);

const u32 = (value: number): Buffer => Buffer.from(Uint32Array.of(value).buffer);
const u64 = (...values: (number | bigint)[]): Buffer => Buffer.from(BigUint64Array.from(values.map(BigInt)).buffer);
const blob = (schema: number, payload: Buffer): Buffer => Buffer.concat([u64(domain, schema, payload.length, 32), payload]);

const communicator = 0xfedc_ba98_7654_3210n;
const other = 0xabcn;
const schemaEntries: ExportRows['NVTX_PAYLOAD_SCHEMA_ENTRIES'] = [
  [schemas.init, 18, 'NCCL communicator ID', null], [schemas.init, 5, 'No. of ranks', 8], [schemas.init, 5, 'Rank', 12], [schemas.init, 5, 'CUDA device', 16],
  [schemas.reduce, 18, 'NCCL communicator ID', null], [schemas.reduce, 22, 'Message size [bytes]', 8], [schemas.reduce, 0x1100001, 'Reduction operation', 16],
  [schemas.gather, 18, 'NCCL communicator ID', null], [schemas.gather, 22, 'Message size [bytes]', 8],
  [schemas.send, 18, 'NCCL communicator ID', null], [schemas.send, 22, 'Message size [bytes]', 8], [schemas.send, 5, 'Peer rank', 16],
].map(([schemaId, type, name, offset], idx) => ({ domainId: domain, schemaId: schemaId as number, idx, type: type as number, name: name as string, offset: offset as number | null }));

/** What a thread does, at one time after the other: calls with their kernels. */
class Thread {
  readonly kernels: { correlationId: number; start: number; end: number; deviceId: number; streamId: number; shortName: number; demangledName: number; globalPid: bigint; graphNodeId: number | null }[] = [];
  readonly launches: { correlationId: number; start: number; end: number; globalTid: bigint; nameId: number; returnValue: number }[] = [];
  readonly ranges: { start: number; end: number; eventType: number; text: null; textId: number; globalTid: bigint; domainId: number; binaryData: Buffer | string | null; jsonText: string | null }[] = [];
  private now = 1000;

  constructor(private readonly pid: number) {}

  call(name: string, data: Buffer | string | null, kernels: readonly string[] = [], { json = null, inGraph = false }: { json?: string | null; inGraph?: boolean } = {}): this {
    const start = this.now;
    this.now += 10;
    for (const kernel of kernels) this.launch(kernel, inGraph);
    this.now += 10;
    this.ranges.push({ start, end: this.now, eventType: 59, text: null, textId: idOf(name), globalTid: globalTidOf(this.pid, this.pid), domainId: domain, binaryData: data, jsonText: json });
    this.now += 10;
    return this;
  }

  launch(kernel: string, inGraph = false): this {
    const correlationId = this.launches.length + 1;
    this.launches.push({ correlationId, start: this.now, end: this.now + 2, globalTid: globalTidOf(this.pid, this.pid), nameId: idOf('cudaLaunchKernelExC_v11060'), returnValue: 0 });
    this.kernels.push({ correlationId, start: this.now + 5000, end: this.now + 6000, deviceId: 0, streamId: 7, shortName: idOf(kernel), demangledName: idOf(kernel), globalPid: globalPidOf(this.pid), graphNodeId: inGraph ? 1 : null });
    this.now += 5;
    return this;
  }

  get rows(): ExportRows {
    return { CUPTI_ACTIVITY_KIND_KERNEL: this.kernels, CUPTI_ACTIVITY_KIND_RUNTIME: this.launches, NVTX_EVENTS: this.ranges, NVTX_PAYLOAD_SCHEMA_ENTRIES: schemaEntries };
  }
}

const names = { reduce: 'ncclDevKernel_AllReduce_Sum_f32_RING_LL', gather: 'ncclDevKernel_AllGather_RING_LL', scatter: 'ncclDevKernel_ReduceScatter_Sum_f32_RING_LL', p2p: 'ncclDevKernel_SendRecv' };
const init = (ranks: number, of = communicator): Buffer => blob(schemas.init, Buffer.concat([u64(of), u32(ranks), u32(1), u32(0), u32(0)]));
const reduce = (bytes: number, of = communicator): Buffer => blob(schemas.reduce, Buffer.concat([u64(of, bytes), u32(0), u32(0)]));
const gather = (bytes: number, of = communicator): Buffer => blob(schemas.gather, u64(of, bytes));
const send = (bytes: number, of = communicator): Buffer => blob(schemas.send, Buffer.concat([u64(of, bytes), u32(1), u32(0)]));

interface Row {
  op: string;
  group: string | null;
  ranks: number | null;
  count: number;
  megabytes: number | null;
}

const nccl = async (thread: Thread): Promise<{ rows: Row[]; notes: string[] }> => {
  const { rows, notes } = answerOf(await profileOf(thread.rows, strings), 'nccl');
  return { rows: (rows as Row[]).map(({ op, group, ranks, count, megabytes }) => ({ op, group, ranks, count, megabytes })), notes };
};
const group = 'communicator 0xfedcba9876543210';

describe('the messages of NCCL in an export of nsys', () => {
  it('are those of the calls in which kernels are launched, whole where pieces of all ranks are put together', async () => {
    const thread = new Thread(9).call('ncclCommInitRankConfig', init(8)).call('ncclAllReduce', reduce(4e6), [names.reduce]).call('ncclAllReduce', reduce(2e6), [names.reduce]);
    thread.call('ncclAllGather', gather(1e6), [names.gather]).call('ncclReduceScatter', gather(3e6), [names.scatter]).launch('gemm').launch(names.reduce);
    const { rows } = await nccl(thread);
    expect(rows).toHaveLength(4);
    expect(rows).toEqual(expect.arrayContaining([
      { op: 'AllReduce', group, ranks: 8, count: 2, megabytes: 6 },
      { op: 'AllGather', group, ranks: 8, count: 1, megabytes: 8 },
      { op: 'ReduceScatter', group, ranks: 8, count: 1, megabytes: 24 },
      // Launched outside of any call: whose it is cannot be told.
      { op: 'AllReduce', group: null, ranks: null, count: 1, megabytes: null },
    ]));
  });

  it('of a group are those of its calls, nested groups included; not of several communicators, several kernels or graphs', async () => {
    const thread = new Thread(9).call('ncclGroupStart', null).call('ncclSend', send(5e6)).call('ncclGroupStart', null).call('ncclRecv', send(1e6)).call('ncclRecv', send(2e6)).call('ncclGroupEnd', null).call('ncclGroupEnd', null, [names.p2p]);
    thread.call('ncclGroupStart', null).call('ncclSend', send(7e6)).call('ncclSend', send(7e6, other)).call('ncclGroupEnd', null, [names.p2p]);
    thread.call('ncclGroupStart', null).call('ncclSend', send(9e6)).call('ncclGroupEnd', null, [names.p2p, names.p2p]);
    // Captured for a graph, which is launched later, and then a group of which only the end is in the profile.
    thread.call('ncclGroupStart', null).call('ncclSend', send(11e6)).call('ncclGroupEnd', null).call('ncclAllReduce', reduce(1e6), [names.reduce], { inGraph: true }).call('ncclGroupEnd', null, [names.p2p]);
    const { rows } = await nccl(thread);
    expect(rows).toHaveLength(3);
    expect(rows).toEqual(expect.arrayContaining([{ op: 'SendRecv', group, ranks: null, count: 1, megabytes: 5 }, { op: 'SendRecv', group: null, ranks: null, count: 4, megabytes: null }, { op: 'AllReduce', group: null, ranks: null, count: 1, megabytes: null }]));
  });

  it('are read as hexadecimal text and as JSON as well; what is laid out in another way is left out and counted', async () => {
    const json = '{"NCCL communicator ID": 18364758544493064720, "Message size [bytes]": "4000000", "Reduction operation": "Sum"}';
    const thread = new Thread(9).call('ncclAllReduce', reduce(1e6).toString('hex'), [names.reduce]).call('ncclAllReduce', null, [names.reduce], { json });
    const bad = [Buffer.alloc(4), Buffer.concat([u64(2), reduce(1e6).subarray(8)]), reduce(1e6).subarray(0, 40), blob(77, u64(communicator, 1e6)), 'no hexadecimal', reduce(2 ** 53 - 1)];
    for (const data of bad) thread.call('ncclAllReduce', data, [names.reduce]);
    const db = await profileOf(thread.rows, strings);
    expect(answerOf(db, 'nccl').rows).toEqual(expect.arrayContaining([expect.objectContaining({ group, count: 2, megabytes: 5 }), expect.objectContaining({ group: null, count: bad.length, megabytes: null })]));
    expect(answerOf(db, 'health').notes).toContain(`${bad.length - 1} payloads of NCCL's ranges are laid out in a way that perfloop does not know, and were left out.`);
  });

  it('are not guessed: an AllGather of unknown ranks has no size, and a profile without payloads says how to get them', async () => {
    expect((await nccl(new Thread(9).call('ncclAllGather', gather(1e6), [names.gather]))).rows).toEqual([{ op: 'AllGather', group, ranks: null, count: 1, megabytes: null }]);
    expect((await nccl(new Thread(9).call('ncclAllReduce', null, [names.reduce]))).notes.join(' ')).toContain('--include-blobs=true');
    // Two processes with one schema's number for different things.
    const thread = new Thread(9).call('ncclAllReduce', reduce(4e6), [names.reduce]);
    const entries = [...(schemaEntries as { schemaId: number }[]), { domainId: domain, schemaId: schemas.reduce, idx: 0, type: 22, name: 'Message size [bytes]', offset: 0 }];
    expect(answerOf(await profileOf({ ...thread.rows, NVTX_PAYLOAD_SCHEMA_ENTRIES: entries }, strings), 'nccl').rows).toMatchObject([{ megabytes: null }]);
  });

  it('of several ranks stay with their kernels', async () => {
    const folder = temporaryFolder();
    const one = new Thread(9).launch('gemm').call('ncclAllReduce', reduce(1e6), [names.reduce]);
    const two = new Thread(9).call('ncclAllReduce', reduce(3e6, other), [names.reduce]);
    const files = [one, two].map(({ rows }, rank) => writeExport(join(folder, `rank${rank}.sqlite`), rows, { strings }));
    await importProfile({ files, kind: 'auto', database: join(folder, 'p.sqlite') });
    const db = openProfile(join(folder, 'p.sqlite'));
    onTestFinished(() => void db.close());
    expect(answerOf(db, 'nccl').rows).toEqual(expect.arrayContaining([expect.objectContaining({ device: 0, group, megabytes: 1 }), expect.objectContaining({ device: 1, group: 'communicator 0xabc', megabytes: 3 })]));
  });
});

it('warnings and errors of nsys are told by health, each once, without its information', async () => {
  const said = (severity: number, text: string) => ({ timestamp: 1, timestampType: 1, source: 1, severity, text, globalPid: null });
  const thread = new Thread(9).call('ncclAllReduce', null, ['gemm']);
  const db = await profileOf({ ...thread.rows, DIAGNOSTIC_EVENT: [said(1, 'Started with --token=hunter2'), said(2, 'Not all NVTX events might have been collected.'), said(2, 'Not all NVTX events might have been collected.'), said(3, `Events were lost: ${'x'.repeat(5000)}`)] }, strings);
  const { notes } = answerOf(db, 'health');
  expect(notes.slice(0, 2)).toEqual([`Error of nsys: Events were lost: ${'x'.repeat(1000 - 18)}`, 'Warning of nsys (2 times): Not all NVTX events might have been collected.']);
  expect(notes.join(' ')).not.toContain('hunter2');
  expect(answerOf(await profileOf(thread.rows, strings), 'health').notes.join(' ')).not.toContain('of nsys:');
});
