import { visible } from '../../html/markup.js';
import { clip } from '../../words.js';
import { tones, type Tone } from '../tones.js';

/** A name as the page has it: what is written on a bar, more of it where there is more, and the number of its colour. */
export type PageName = [label: string, whole: string | 0, tone: number];

const mostNames = 50_000;
const longestLabel = 120;
const longestWhole = 400;

/** Gives each name a number. Of too many names, those that come late lose their digits, and then become one. */
export class Names {
  readonly list: PageName[] = [];
  /** How many came after the list was full. */
  late = 0;
  readonly #known = new Map<string, number>();

  of(label: string, tone: Tone, whole = ''): number {
    const found = this.#add(label, tone, whole, mostNames);
    if (found !== null) return found;
    this.late += 1;
    return this.#add(label.replaceAll(/\d+/g, '#'), tone, '', mostNames * 1.2) ?? this.#add('(other names)', tone, '', Infinity) ?? 0;
  }

  #add(label: string, tone: Tone, whole: string, most: number): number | null {
    const short = visible(clip(label, longestLabel));
    const long = whole === '' || whole === label ? (label.length > longestLabel ? label : '') : whole;
    const key = `${tone} ${short} ${clip(long, longestWhole)}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    if (this.list.length >= most) return null;
    this.#known.set(key, this.list.length);
    return this.list.push([short, long === '' ? 0 : visible(clip(long, longestWhole)), tones.indexOf(tone)]) - 1;
  }
}
