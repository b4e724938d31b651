import { basename } from 'node:path';
import type { ProfileDatabase } from '../../../profile/tools/open.js';
import { tablesOf } from '../../../profile/tools/tables.js';
import type { Source } from './sources.js';
import type { Timeline, Track } from './timeline.js';

/** The track of each event: of a stream of a device, or of a thread of a process. */
export class Places {
  readonly #there: ReadonlySet<string>;
  readonly #tracks = new Map<Source, Map<number, Map<number, Track>>>();
  /** Streams whose process is known, by their track. */
  readonly #launchers = new Map<Track, number>();

  constructor(private readonly db: ProfileDatabase, private readonly timeline: Timeline) {
    this.#there = tablesOf(db);
  }

  /** `owner`, `part` and `launcher` as in a row of an event. */
  track(source: Source, owner: number, part: number, launcher: number): Track {
    let ofSource = this.#tracks.get(source);
    if (ofSource === undefined) this.#tracks.set(source, (ofSource = new Map()));
    let ofLauncher = ofSource.get(launcher);
    if (ofLauncher === undefined) ofSource.set(launcher, (ofLauncher = new Map()));
    const key = source.isDevice ? owner * 2 ** 32 + part : part;
    let track = ofLauncher.get(key);
    if (track === undefined) {
      track = source.isDevice ? this.#stream(source, owner, part, launcher) : this.#thread(source, owner, part);
      ofLauncher.set(key, track);
    }
    return track;
  }

  /** Streams of several processes have the same numbers: then each says whose it is. */
  nameProcesses(): void {
    const owners = new Map<string, Set<number>>();
    const streamOf = ({ group, title }: Track): string => JSON.stringify([group, title]);
    for (const [track, launcher] of this.#launchers) owners.set(streamOf(track), (owners.get(streamOf(track)) ?? new Set()).add(launcher));
    const shared = [...this.#launchers].filter(([track]) => (owners.get(streamOf(track))?.size ?? 0) > 1);
    for (const [track, launcher] of shared) track.title += ` · process ${pidOf(launcher)}`;
  }

  #stream({ kind }: Source, device: number, stream: number, launcher: number): Track {
    const gpu = this.#text('TARGET_INFO_GPU', 'SELECT name FROM TARGET_INFO_GPU WHERE id = :id', device);
    const track = this.timeline.track(`GPU ${device}${gpu === '' ? '' : ` · ${gpu}`}`, `stream ${stream}`, kind);
    this.#launchers.set(track, launcher);
    return track;
  }

  #thread({ kind }: Source, globalPid: number, tid: number): Track {
    const program = this.#text('PROCESSES', 'SELECT name FROM PROCESSES WHERE globalPid = :id OR (globalPid IS NULL AND pid = :id / 0x1000000 % 0x1000000) LIMIT 1', globalPid);
    const named = this.#text('ThreadNames', 'SELECT value FROM ThreadNames JOIN StringIds ON StringIds.id = nameId WHERE globalTid = :id LIMIT 1', BigInt(globalPid) + BigInt(tid));
    return this.timeline.track(processTitle(pidOf(globalPid), program), threadTitle(tid, named), kind);
  }

  #text(table: string, sql: string, id: number | bigint): string {
    return this.#there.has(table) ? (this.db.prepare<[object], string | null>(sql).pluck().get({ id }) ?? '') : '';
  }
}

export const processTitle = (pid: number, program: string): string => `process ${pid}${program === '' ? '' : ` · ${basename(program)}`}`;

export const threadTitle = (tid: number, name: string): string => `thread ${tid}${name === '' || name === `thread ${tid}` ? '' : ` · ${name}`}`;

const pidOf = (globalPid: number): number => Math.floor(globalPid / 0x1000000) % 0x1000000;
