import { Lane } from './lane.js';

/** What a track shows; decides its place and how its lanes are named. */
export type TrackKind = 'range' | 'open' | 'mark' | 'call' | 'system' | 'function' | 'kernel' | 'copy' | 'set' | 'graph';

export interface Track {
  /** The device or process that it belongs to. */
  group: string;
  title: string;
  kind: TrackKind;
  lanes: Lane[];
  /** Events for which there was no lane: more than `mostLanes` at once. */
  dropped: number;
}

/** A key is a process' number by this, and a correlation id: those are below it, and unique within a process. */
export const keysPerProcess = 2 ** 32;

/** One event of a profile. Times are nanoseconds from its first event. */
export interface TimelineEvent {
  start: number;
  end: number;
  name: number;
  key: number;
}

const mostLanes: Record<TrackKind, number> = { range: 16, open: 8, mark: 1, call: 4, system: 4, function: 24, kernel: 8, copy: 4, set: 2, graph: 4 };

/** A finer one than this is never needed. Nanoseconds. */
const finest = 1000;

/**
 * Tracks of a profile, with at most `mostSpans` spans however many events there are: when there are more, neighbours of a lane that
 * fit into a stretch of `resolution` nanoseconds become one span, and the stretch is doubled until all fit.
 */
export class Timeline {
  readonly tracks: Track[] = [];
  /** Nanoseconds; 0: every event is kept. */
  resolution = 0;
  events = 0;
  /** Samples before the first event, which have no place. */
  early = 0;
  spans = 0;

  constructor(private readonly mostSpans: number) {}

  track(group: string, title: string, kind: TrackKind): Track {
    const track: Track = { group, title, kind, lanes: [], dropped: 0 };
    this.tracks.push(track);
    return track;
  }

  /** Events of a track have to come by their start, the longest first. Each goes to the first lane that is free. */
  add(track: Track, event: TimelineEvent): void {
    let depth = 0;
    while (depth < track.lanes.length && (track.lanes[depth] as Lane).reached > event.start) depth += 1;
    this.addAt(track, depth, event);
  }

  /** Into a lane of its own choosing, in which all others have ended. */
  addAt(track: Track, depth: number, { start, end, name, key }: TimelineEvent): void {
    this.events += 1;
    if (depth >= mostLanes[track.kind]) {
      track.dropped += 1;
      return;
    }
    while (track.lanes.length <= depth) track.lanes.push(new Lane());
    const lane = track.lanes[depth] as Lane;
    if (!lane.push(start, end, name, key, this.resolution)) return;
    this.spans += 1;
    if (this.spans > this.mostSpans) this.#merge();
  }

  /** Well below the limit, so that it is not done again at once. */
  #merge(): void {
    while (this.spans > this.mostSpans * 0.7) {
      this.resolution = this.resolution === 0 ? finest : this.resolution * 2;
      for (const track of this.tracks) track.lanes = track.lanes.map((lane) => lane.merged(this.resolution));
      this.spans = this.tracks.reduce((sum, { lanes }) => sum + lanes.reduce((inner, lane) => inner + lane.size, 0), 0);
    }
  }
}
