import { directionText, memoryText, syncText } from '../import/kineto/names.js';
import type { ProfileDatabase } from '../tools/open.js';
import { processNumber } from '../tools/process-number.js';
import { hasTable } from '../tools/tables.js';
import type { ChromeEvent } from './event.js';
import type { Tracks } from './tracks.js';

interface Work {
  start: number;
  took: number;
  device: number;
  context: number | null;
  stream: number | null;
  correlation: number | null;
  process: number | null;
  name: string | null;
}

/** Of a column `of` where the first event of the profile is at 0. */
const common = (process: string): string => `start - CAST(:first AS INTEGER) AS start, "end" - start AS took, COALESCE(deviceId, 0) AS device, contextId AS context, streamId AS stream, correlationId AS correlation, ${process} AS process`;
const launcher = processNumber('globalPid');

type Kernel = Work & Record<'gridX' | 'gridY' | 'gridZ' | 'blockX' | 'blockY' | 'blockZ' | 'registersPerThread' | 'sharedMemory', number | null>;
type Copy = Work & { bytes: number; copyKind: number; srcKind: number | null; dstKind: number | null };

const kernelSql = `SELECT ${common(launcher)}, value AS name, gridX, gridY, gridZ, blockX, blockY, blockZ, registersPerThread, staticSharedMemory AS sharedMemory FROM CUPTI_ACTIVITY_KIND_KERNEL LEFT JOIN StringIds ON StringIds.id = demangledName`;
const copySql = `SELECT ${common(launcher)}, NULL AS name, bytes, copyKind, srcKind, dstKind FROM CUPTI_ACTIVITY_KIND_MEMCPY`;
const setSql = `SELECT ${common(launcher)}, NULL AS name, bytes FROM CUPTI_ACTIVITY_KIND_MEMSET`;
const graphSql = `SELECT ${common(launcher)}, 'CUDA graph ' || COALESCE(graphId, '') AS name FROM CUPTI_ACTIVITY_KIND_GRAPH_TRACE`;
const syncSql = `SELECT ${common(launcher)}, NULL AS name, syncType FROM CUPTI_ACTIVITY_KIND_SYNCHRONIZATION`;

/** All that devices did, by the categories of PyTorch's traces, so that what reads those reads these. */
export function* deviceEvents(db: ProfileDatabase, tracks: Tracks, first: bigint): Generator<ChromeEvent> {
  const rows = <Row extends Work>(table: string, sql: string): Iterable<Row> => (hasTable(db, table) ? db.prepare<[object], Row>(sql).iterate({ first }) : []);
  const span = ({ start, took, device, context, stream, correlation, process }: Work, cat: string, name: string, args: object = {}): ChromeEvent => ({
    ph: 'X', cat, name, ...tracks.stream(device, { process, context, stream }), startNs: start, durationNs: took, args: { device, context, stream, correlation, ...args },
  });
  for (const kernel of rows<Kernel>('CUPTI_ACTIVITY_KIND_KERNEL', kernelSql)) {
    const { name, gridX, gridY, gridZ, blockX, blockY, blockZ, registersPerThread, sharedMemory } = kernel;
    yield span(kernel, 'kernel', name ?? '(unnamed)', { grid: [gridX, gridY, gridZ], block: [blockX, blockY, blockZ], 'registers per thread': registersPerThread, 'shared memory': sharedMemory });
  }
  for (const copy of rows<Copy>('CUPTI_ACTIVITY_KIND_MEMCPY', copySql)) yield span(copy, 'gpu_memcpy', `Memcpy ${directionText(copy.copyKind)} (${memoryText(copy.srcKind)} -> ${memoryText(copy.dstKind)})`, { bytes: copy.bytes });
  for (const set of rows<Work & { bytes: number }>('CUPTI_ACTIVITY_KIND_MEMSET', setSql)) yield span(set, 'gpu_memset', 'Memset (Device)', { bytes: set.bytes });
  for (const graph of rows('CUPTI_ACTIVITY_KIND_GRAPH_TRACE', graphSql)) yield span(graph, 'gpu_graph', graph.name ?? 'CUDA graph');
  for (const sync of rows<Work & { syncType: number }>('CUPTI_ACTIVITY_KIND_SYNCHRONIZATION', syncSql)) yield span(sync, 'cuda_sync', syncText(sync.syncType), { cuda_sync_kind: syncText(sync.syncType) });
  yield* copyRates(db, tracks, first);
}

/** Each copy raises the rate when it begins and lowers it when it ends. In 10^9 bytes a second. */
const ratesSql = `
SELECT device, at - CAST(:first AS INTEGER) AS at, SUM(SUM(rate)) OVER (PARTITION BY device ORDER BY at) AS rate FROM (
  SELECT deviceId AS device, start AS at, 1.0 * bytes / ("end" - start) AS rate FROM CUPTI_ACTIVITY_KIND_MEMCPY WHERE "end" > start
  UNION ALL SELECT deviceId, "end", -1.0 * bytes / ("end" - start) FROM CUPTI_ACTIVITY_KIND_MEMCPY WHERE "end" > start)
GROUP BY device, at`;

function* copyRates(db: ProfileDatabase, tracks: Tracks, first: bigint): Generator<ChromeEvent> {
  if (!hasTable(db, 'CUPTI_ACTIVITY_KIND_MEMCPY')) return;
  for (const { device, at, rate } of db.prepare<[object], { device: number; at: number; rate: number }>(ratesSql).iterate({ first })) {
    yield { ph: 'C', name: 'copies, GB/s', pid: tracks.device(device), tid: 0, startNs: at, args: { 'GB/s': Math.max(0, Number(rate.toFixed(6))) } };
  }
}

const launchSql = `
SELECT r.start - CAST(:first AS INTEGER) AS calledAt, ${processNumber('r.globalTid')} AS process, r.globalTid & 0xFFFFFF AS thread,
  w.start - CAST(:first AS INTEGER) AS startedAt, COALESCE(w.deviceId, 0) AS device, w.contextId AS context, w.streamId AS stream
FROM PERFLOOP_DEVICE_WORK AS w JOIN CUPTI_ACTIVITY_KIND_RUNTIME AS r ON r.globalPid = w.globalPid AND r.correlationId = w.correlationId`;

/** An arrow from each call to what it made a device do. */
export function* launchArrows(db: ProfileDatabase, tracks: Tracks, first: bigint): Generator<ChromeEvent> {
  if (!hasTable(db, 'PERFLOOP_DEVICE_WORK') || !hasTable(db, 'CUPTI_ACTIVITY_KIND_RUNTIME')) return;
  type Launch = { calledAt: number; process: number; thread: number; startedAt: number; device: number; context: number | null; stream: number | null };
  let id = 0;
  for (const { calledAt, process, thread, startedAt, device, context, stream } of db.prepare<[object], Launch>(launchSql).iterate({ first })) {
    const arrow = { name: 'launch', cat: 'ac2g', id: (id += 1) };
    yield { ph: 's', ...arrow, ...tracks.thread(process, thread), startNs: calledAt };
    yield { ph: 'f', ...arrow, ...tracks.stream(device, { process, context, stream }), startNs: startedAt };
  }
}
