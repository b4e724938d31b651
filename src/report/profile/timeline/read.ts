import { firstEvent } from '../../../profile/tools/gpu/support.js';
import type { ProfileDatabase } from '../../../profile/tools/open.js';
import { tablesOf } from '../../../profile/tools/tables.js';
import { callTone, copyTone, kernelTone, rangeTone, type Tone } from '../tones.js';
import { Names } from './names.js';
import { readFunctions } from './functions.js';
import { Timeline, type Track, type TrackKind } from './timeline.js';

/** A row of a table, times in nanoseconds from the first event. `what` is the id of its text, or a number of its kind. */
type Row = [start: number, end: number, what: number, place: number, stream: number | null, correlation: number | null, also: number | string | null];

interface Source {
  table: string;
  kind: TrackKind;
  /** Columns after start and end, as in `Row`. */
  columns: string;
  where?: string;
  end?: string;
}

/** The process of a thread: without the lowest 24 bits, so that a JavaScript number holds it. */
const process = 'globalTid & ~0xFFFFFF';

const hostSources: readonly Source[] = [
  { table: 'NVTX_EVENTS', kind: 'range', columns: `textId, ${process}, globalTid & 0xFFFFFF, "end" IS NULL, text`, where: 'eventType IN (59, 60)', end: 'COALESCE("end", :last)' },
  { table: 'NVTX_EVENTS', kind: 'mark', columns: `textId, ${process}, globalTid & 0xFFFFFF, 0, text`, where: 'eventType = 34', end: 'start' },
  { table: 'CUPTI_ACTIVITY_KIND_RUNTIME', kind: 'call', columns: `nameId, ${process}, globalTid & 0xFFFFFF, correlationId, NULL` },
  { table: 'OSRT_API', kind: 'system', columns: `nameId, ${process}, globalTid & 0xFFFFFF, NULL, NULL` },
];

const deviceSources: readonly Source[] = [
  { table: 'CUPTI_ACTIVITY_KIND_KERNEL', kind: 'kernel', columns: 'COALESCE(demangledName, shortName), deviceId, streamId, correlationId, shortName' },
  { table: 'CUPTI_ACTIVITY_KIND_GRAPH_TRACE', kind: 'graph', columns: 'graphId, deviceId, streamId, correlationId, NULL' },
  { table: 'CUPTI_ACTIVITY_KIND_MEMCPY', kind: 'copy', columns: 'copyKind, deviceId, streamId, correlationId, NULL' },
  { table: 'CUPTI_ACTIVITY_KIND_MEMSET', kind: 'copy', columns: '-1, deviceId, streamId, correlationId, NULL' },
];

export interface ReadTimeline {
  timeline: Timeline;
  names: Names;
}

/** Every event of a profile, by process and thread, device and stream. */
export function readTimeline(db: ProfileDatabase, { mostSpans = 3_000_000 }: { mostSpans?: number } = {}): ReadTimeline {
  const reader = new TimelineReader(db, mostSpans);
  for (const source of [...deviceSources, ...hostSources]) reader.read(source);
  reader.nameProcesses();
  readFunctions(db, reader.timeline, reader.names, reader.origin);
  reader.timeline.tracks.sort(inOrder);
  return reader;
}

const order: readonly TrackKind[] = ['range', 'mark', 'call', 'system', 'function', 'kernel', 'graph', 'copy'];
const isOfDevice = ({ kind }: Track): boolean => kind === 'kernel' || kind === 'graph' || kind === 'copy';
const natural = new Intl.Collator('en', { numeric: true });

/** Devices first, by their streams; then processes, by their threads: ranges above calls. */
function inOrder(a: Track, b: Track): number {
  return Number(isOfDevice(b)) - Number(isOfDevice(a)) || natural.compare(a.group, b.group) || natural.compare(a.title, b.title) || order.indexOf(a.kind) - order.indexOf(b.kind);
}

class TimelineReader implements ReadTimeline {
  readonly timeline: Timeline;
  readonly names = new Names();
  readonly origin: bigint;
  readonly #there: ReadonlySet<string>;
  readonly #tracks = new Map<string, Track>();
  readonly #texts = new Map<number, string>();
  readonly #named = new Map<string, number>();
  readonly #processes = new Map<number, number>();
  readonly #processOf = new Map<Track, number | null>();

  constructor(private readonly db: ProfileDatabase, mostSpans: number) {
    this.timeline = new Timeline(mostSpans);
    this.origin = firstEvent(db);
    this.#there = tablesOf(db);
  }

  read({ table, kind, columns, where = '1', end = '"end"' }: Source): void {
    if (!this.#there.has(table)) return;
    const isDevice = deviceSources.some((source) => source.table === table);
    const process = isDevice ? 'globalPid' : 'NULL';
    const sql = `SELECT start - :origin, ${end} - :origin, ${columns}, ${process} FROM ${table} WHERE ${where} ORDER BY start, "end" DESC`;
    const last = end.includes(':last') ? { last: this.#lastEvent() } : {};
    for (const row of this.db.prepare<[object], [...Row, number | null]>(sql).raw().iterate({ origin: this.origin, ...last })) {
      const [start, until, what, place, stream, correlation, also, pid] = row;
      if (start === null || until === null) continue;
      const track = isDevice ? this.#deviceTrack(kind, place, stream, pid) : this.#hostTrack(kind, place, stream ?? 0);
      const launching = kind === 'call' ? place : pid;
      const key = correlation === null || launching === null || kind === 'range' || kind === 'mark' ? -1 : this.#processNumber(launching) * 2 ** 32 + correlation;
      this.timeline.add(track, { start: Math.max(0, start), end: Math.max(0, start, until), name: this.#name(kind, what, also, correlation), key });
    }
  }

  /** Streams of several processes have the same numbers: then each says whose it is. */
  nameProcesses(): void {
    const owners = new Map<string, Set<number | null>>();
    const streamOf = ({ group, title }: Track): string => JSON.stringify([group, title]);
    for (const [track, pid] of this.#processOf) owners.set(streamOf(track), (owners.get(streamOf(track)) ?? new Set()).add(pid));
    const shared = [...this.#processOf].filter(([track]) => (owners.get(streamOf(track))?.size ?? 0) > 1);
    for (const [track, pid] of shared) track.title += ` · process ${pid === null ? '?' : pidOf(pid)}`;
  }

  #lastEvent(): bigint {
    const tables = ['PERFLOOP_DEVICE_WORK', 'CUPTI_ACTIVITY_KIND_RUNTIME', 'NVTX_EVENTS'].filter((name) => this.#there.has(name));
    return this.db.prepare<[], bigint | null>(`SELECT MAX(at) FROM (${tables.map((name) => `SELECT MAX(COALESCE("end", start)) AS at FROM ${name}`).join(' UNION ALL ')})`).pluck().safeIntegers().get() ?? 0n;
  }

  #processNumber(globalPid: number): number {
    const known = this.#processes.get(globalPid);
    if (known !== undefined) return known;
    this.#processes.set(globalPid, this.#processes.size + 1);
    return this.#processes.size;
  }

  #deviceTrack(kind: TrackKind, device: number, stream: number | null, globalPid: number | null): Track {
    const key = `${kind} ${device} ${stream} ${globalPid}`;
    const known = this.#tracks.get(key);
    if (known !== undefined) return known;
    const gpu = this.#there.has('TARGET_INFO_GPU') ? this.#text('gpu', device, 'SELECT name FROM TARGET_INFO_GPU WHERE id = ?') : '';
    const track = this.timeline.track(`GPU ${device}${gpu === '' ? '' : ` · ${gpu}`}`, `stream ${stream ?? '?'}`, kind);
    this.#processOf.set(track, globalPid);
    return this.#keep(key, track);
  }

  #hostTrack(kind: TrackKind, globalPid: number, tid: number): Track {
    const key = `${kind} ${globalPid} ${tid}`;
    const known = this.#tracks.get(key);
    if (known !== undefined) return known;
    const pid = pidOf(globalPid);
    const program = this.#there.has('PROCESSES') ? this.#text('process', pid, 'SELECT name FROM PROCESSES WHERE pid = ? LIMIT 1') : '';
    const thread = this.#there.has('ThreadNames') ? this.#text('thread', globalPid + tid, 'SELECT value FROM ThreadNames JOIN StringIds ON StringIds.id = nameId WHERE globalTid = ? LIMIT 1') : '';
    return this.#keep(key, this.timeline.track(`process ${pid}${program === '' ? '' : ` · ${program.split('/').at(-1) ?? ''}`}`, `thread ${tid}${thread === '' || thread === `thread ${tid}` ? '' : ` · ${thread}`}`, kind));
  }

  #keep(key: string, track: Track): Track {
    this.#tracks.set(key, track);
    return track;
  }

  #text(_of: string, id: number, sql: string): string {
    return this.db.prepare<[number], string | null>(sql).pluck().get(id) ?? '';
  }

  #string(id: number | null): string {
    if (id === null) return '';
    let text = this.#texts.get(id);
    if (text === undefined) {
      text = this.db.prepare<[number], string>('SELECT value FROM StringIds WHERE id = ?').pluck().get(id) ?? '';
      this.#texts.set(id, text);
    }
    return text;
  }

  /** Number of the name of an event. */
  #name(kind: TrackKind, what: number, also: number | string | null, flag: number | null): number {
    const key = `${kind} ${what ?? ''} ${typeof also === 'string' ? also : ''} ${kind === 'range' ? flag : ''}`;
    const known = this.#named.get(key);
    if (known !== undefined) return known;
    const [label, tone, whole] = this.#labelOf(kind, what, also, flag);
    const name = this.names.of(label === '' ? '(unnamed)' : label, tone, whole);
    if (this.#named.size < 100_000) this.#named.set(key, name);
    return name;
  }

  #labelOf(kind: TrackKind, what: number | null, also: number | string | null, flag: number | null): [string, Tone, string?] {
    if (kind === 'kernel') {
      const whole = this.#string(what);
      const short = typeof also === 'number' ? this.#string(also) : '';
      return [short === '' ? whole : short, kernelTone(`${short} ${whole}`), whole];
    }
    if (kind === 'copy') return what === -1 ? ['set memory', 'set'] : [copyLabels[what ?? 0] ?? `copy of kind ${what}`, copyTone(what ?? 0)];
    if (kind === 'graph') return [what === null ? 'graph' : `graph ${what}`, 'graph'];
    if (kind === 'call' || kind === 'system') {
      const name = this.#string(what).replace(/_v\d+(?:_ptsz)?$/, '');
      return [name, kind === 'call' ? callTone(name) : 'library'];
    }
    const text = (typeof also === 'string' ? also : this.#string(what)).replace(/, (?:seq|op_id) = .*$/s, '');
    return [kind === 'range' && flag === 1 ? `${text} (open)` : text, rangeTone(text)];
  }
}

/** CUpti_ActivityMemcpyKind. */
const copyLabels: Record<number, string> = { 1: 'host to device', 2: 'device to host', 3: 'host to array', 4: 'array to host', 5: 'array to array', 6: 'array to device', 7: 'device to array', 8: 'device to device', 9: 'host to host', 10: 'device to device of another' };

const pidOf = (globalPid: number): number => Math.floor(globalPid / 0x1000000) % 0x1000000;
