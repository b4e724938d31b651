import { entry } from '../../../profile/tools/entry.js';
import type { ProfileDatabase } from '../../../profile/tools/open.js';
import { tablesOf } from '../../../profile/tools/tables.js';
import type { Source } from './sources.js';
import type { Timeline, Track } from './timeline.js';
import type { Titles } from './titles.js';

/** The track of each event: of a stream of a device, or of a thread of a process. */
export class Places {
  readonly #there: ReadonlySet<string>;
  readonly #tracks = new Map<Source, Map<number, Map<number, Track>>>();
  /** Streams whose process is known, by their track. */
  readonly #launchers = new Map<Track, number>();

  constructor(private readonly db: ProfileDatabase, private readonly timeline: Timeline, private readonly titles: Titles) {
    this.#there = tablesOf(db);
  }

  /** `owner`, `part` and `launcher` as in a row of an event. */
  track(source: Source, owner: number, part: number, launcher: number): Track {
    const tracks = entry(entry(this.#tracks, source, () => new Map<number, Map<number, Track>>()), launcher, () => new Map<number, Track>());
    const key = source.isDevice ? owner * 2 ** 32 + part : part;
    return entry(tracks, key, () => (source.isDevice ? this.#stream(source, owner, part, launcher) : this.timeline.track(this.titles.process(owner), this.titles.thread(owner, part), source.kind)));
  }

  /** Streams of several processes have the same numbers: then each says whose it is. */
  nameProcesses(): void {
    const owners = new Map<string, Set<number>>();
    const streamOf = ({ group, title }: Track): string => JSON.stringify([group, title]);
    for (const [track, launcher] of this.#launchers) owners.set(streamOf(track), (owners.get(streamOf(track)) ?? new Set()).add(launcher));
    const shared = [...this.#launchers].filter(([track]) => (owners.get(streamOf(track))?.size ?? 0) > 1);
    for (const [track, launcher] of shared) track.title += ` · ${this.titles.process(launcher)}`;
  }

  #stream({ kind }: Source, device: number, stream: number, launcher: number): Track {
    const gpu = this.#there.has('TARGET_INFO_GPU') ? (this.db.prepare<[number], string | null>('SELECT name FROM TARGET_INFO_GPU WHERE id = ?').pluck().get(device) ?? '') : '';
    const track = this.timeline.track(`GPU ${device}${gpu === '' ? '' : ` · ${gpu}`}`, `stream ${stream}`, kind);
    this.#launchers.set(track, launcher);
    return track;
  }
}
