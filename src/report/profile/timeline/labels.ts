import { entry } from '../../../profile/tools/entry.js';
import { directionLabels } from '../../../profile/tools/gpu/labels.js';
import type { ProfileDatabase } from '../../../profile/tools/open.js';
import { callTone, copyTone, kernelTone, rangeTone, type Tone } from '../tones.js';
import type { Names } from './names.js';
import type { TrackKind } from './timeline.js';

/** Gives each event the number of its name. */
export class Labels {
  readonly #known = new Map<TrackKind, Map<number | string, number>>();
  readonly #copy: (kind: number) => string;

  constructor(private readonly db: ProfileDatabase, private readonly names: Names) {
    this.#copy = directionLabels(db);
  }

  /** `what` and `also` as in a row of an event. */
  of(kind: TrackKind, what: number | null, also: number | string | null): number {
    const known = entry(this.#known, kind, () => new Map<number | string, number>());
    const key = typeof also === 'string' ? also : (what ?? -2);
    const found = known.get(key);
    if (found !== undefined) return found;
    const [label, tone, whole] = this.#label(kind, what, also);
    const number = this.names.of(label === '' ? '(unnamed)' : label, tone, whole);
    // Texts of ranges may all be different.
    if (known.size < 100_000) known.set(key, number);
    return number;
  }

  #label(kind: TrackKind, what: number | null, also: number | string | null): [label: string, tone: Tone, whole?: string] {
    if (kind === 'kernel') {
      const whole = this.#text(what);
      const short = typeof also === 'number' ? this.#text(also) : '';
      return [short === '' ? whole : short, kernelTone(short, whole), whole];
    }
    if (kind === 'copy') return [this.#copy(what ?? 0), copyTone(what ?? 0)];
    if (kind === 'set') return ['Memset', 'set'];
    if (kind === 'graph') return [what === null ? 'graph' : `graph ${what}`, 'graph'];
    if (kind === 'call' || kind === 'system') {
      const name = this.#text(what).replace(/_v\d+(?:_ptsz)?$/, '');
      return [name, kind === 'call' ? callTone(name) : 'library'];
    }
    // PyTorch numbers each range of an operator.
    const text = (typeof also === 'string' ? also : this.#text(what)).replace(/, (?:seq|op_id) = .*$/s, '');
    return [kind === 'open' ? `${text} (open)` : text, rangeTone(text)];
  }

  #text(id: number | null): string {
    return id === null ? '' : (this.db.prepare<[number], string>('SELECT value FROM StringIds WHERE id = ?').pluck().get(id) ?? '');
  }
}
