import type Database from '../../../store/sqlite.js';
import { groupBy } from '../../../core/group-by.js';
import { entry } from '../../tools/entry.js';
import { communication } from '../../tools/gpu/communication.js';
import { tablesOf } from '../../tools/tables.js';
import { collectivesSql } from '../collectives.js';
import { sourceColumns } from './columns.js';
import { chargedTo, movedBytes, type Launch, type NcclCall } from './nccl-calls.js';
import { binaryPayload, jsonPayload, ncclSchemas } from './payload-schemas.js';

/**
 * Puts the sizes of NCCL's messages, which it tells NVTX at each call, down to the kernels that were launched for them, in
 * PERFLOOP_COLLECTIVES: a kernel is of the call in which it is launched, or of the calls of the group at whose end it is, where that
 * launches no other. Nothing is told of kernels in graphs, nor of a group of several communicators. `origin`: what was taken off all times.
 */
export function addNcclMessages(db: Database.Database, origin: bigint, notes: string[]): void {
  const tables = tablesOf(db);
  if (!['NVTX_EVENTS', 'CUPTI_ACTIVITY_KIND_KERNEL', 'CUPTI_ACTIVITY_KIND_RUNTIME'].every((name) => tables.has(name))) return;
  const { calls, unread } = callsOf(db, origin);
  if (unread > 0) notes.push(`${unread} payloads of NCCL's ranges are laid out in a way that perfloop does not know, and were left out.`);
  if (calls.every(({ bytes }) => bytes === null)) return;
  db.exec(collectivesSql);
  const ranks = new Map(calls.flatMap(({ communicator, ranks: of }) => (communicator === null || of === null ? [] : [[communicator, of] as const])));
  const text = textIds(db);
  const insert = db.prepare('INSERT INTO PERFLOOP_COLLECTIVES (kernel, opId, groupId, groupSize, inBytes, outBytes) VALUES (?, ?, ?, ?, ?, ?)');
  const launches = groupBy(launchesOf(db), ({ thread }) => thread);
  for (const [thread, own] of groupBy(calls, (call) => call.thread)) {
    for (const { kernel, of } of chargedTo(own, launches.get(thread) ?? [])) {
      const [{ name, communicator }] = of;
      if (of.some((call) => call.communicator !== communicator)) continue;
      const size = communicator === null ? null : (ranks.get(communicator) ?? null);
      const bytes = of.map((call) => movedBytes(call, size));
      insert.run(kernel, text(name), communicator === null ? null : text(`communicator ${communicator}`), size, sum(bytes.map(({ sent }) => sent)), sum(bytes.map(({ received }) => received)));
    }
  }
}

/** Calls of NCCL in the order in which they begin. */
function callsOf(db: Database.Database, origin: bigint): { calls: (NcclCall & { thread: string })[]; unread: number } {
  const columns = sourceColumns(db, 'NVTX_EVENTS');
  const value = (name: string): string => (columns.has(name) ? `event.${name}` : 'NULL');
  if (!columns.has('textId') || (!columns.has('binaryData') && !columns.has('jsonText'))) return { calls: [], unread: 0 };
  const schemas = ncclSchemas(db);
  const rows = db.prepare<[], { thread: string; name: string; start: number; end: number; domain: number | null; data: unknown; json: unknown }>(`
SELECT CAST(globalTid AS TEXT) AS thread, COALESCE(event.text, StringIds.value) AS name, start - ${origin} AS start, "end" - ${origin} AS "end", ${value('domainId')} AS domain, ${value('binaryData')} AS data, ${value('jsonText')} AS json
FROM source.NVTX_EVENTS AS event LEFT JOIN source.StringIds ON StringIds.id = textId
WHERE eventType IN (59, 70) AND "end" >= start AND globalTid IS NOT NULL AND COALESCE(event.text, StringIds.value) GLOB 'nccl*' ORDER BY start`);
  const calls: (NcclCall & { thread: string })[] = [];
  let unread = 0;
  for (const { thread, name, start, end, domain, data, json } of rows.iterate()) {
    const payload = binaryPayload(data, domain, schemas) ?? jsonPayload(json);
    if (payload === null && data !== null) unread += 1;
    calls.push({ thread, name, start, end, ...(payload ?? { communicator: null, bytes: null, ranks: null }) });
  }
  return { calls, unread };
}

/** Launches of kernels that communicate, in their order. */
function launchesOf(db: Database.Database): Launch[] {
  return db.prepare<[], Launch>(`
SELECT kernel.rowid AS kernel, CAST(call.globalTid AS TEXT) AS thread, MIN(call.start) AS at
FROM CUPTI_ACTIVITY_KIND_KERNEL AS kernel JOIN CUPTI_ACTIVITY_KIND_RUNTIME AS call ON call.globalPid = kernel.globalPid AND call.correlationId = kernel.correlationId
WHERE kernel.graphNodeId IS NULL AND kernel.shortName IN (SELECT id FROM StringIds WHERE ${communication('value')}) GROUP BY kernel.rowid ORDER BY at, kernel.rowid`).all();
}

/** Null where none is known. */
function sum(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((total, value) => total + value, 0);
}

/** Ids of texts, which are added where they are not there. */
function textIds(db: Database.Database): (text: string) => number {
  const ids = new Map<string, number>();
  const find = db.prepare<[string], number>('SELECT id FROM StringIds WHERE value = ? LIMIT 1').pluck();
  const add = db.prepare<[string], number>('INSERT INTO StringIds (value) VALUES (?) RETURNING id').pluck();
  return (text) => entry(ids, text, () => find.get(text) ?? add.get(text) ?? 0);
}
