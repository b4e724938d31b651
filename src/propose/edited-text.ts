import type { SpanEdit } from '../core/candidate.js';
import type { TextEdit } from './recipes/recipe.js';

/** A piece of the text as it is now: a span of the original, or text that is new. */
type Piece = { kind: 'kept'; start: number; end: number } | { kind: 'new'; text: string };

/** A text that is edited several times, each time by offsets of what it has become; its changes can be said as edits of the original. */
export class EditedText {
  private pieces: Piece[];

  constructor(private readonly original: string) {
    this.pieces = [{ kind: 'kept', start: 0, end: original.length }];
  }

  text(): string {
    return this.pieces.map((piece) => this.textOf(piece)).join('');
  }

  /** Applies edits whose offsets are those of `text()`, and which do not overlap. */
  apply(edits: readonly Pick<SpanEdit, 'start' | 'end' | 'text'>[]): void {
    // From the end, so that the offsets of the others stay true.
    for (const { start, end, text } of edits.toSorted((a, b) => b.start - a.start || b.end - a.end)) {
      this.pieces = [...this.between(0, start), ...(text === '' ? [] : [{ kind: 'new', text } as const]), ...this.between(end, Infinity)];
    }
  }

  /** The line (1-based) at which a line of the original, 1-based, begins now; that of what replaced it where it is gone. */
  lineNow(line: number): number {
    const at = startOfLine(this.original, line);
    let length = 0;
    for (const piece of this.pieces) {
      if (piece.kind === 'kept' && at < piece.end) {
        length += Math.max(0, at - piece.start);
        break;
      }
      length += this.textOf(piece).length;
    }
    return this.text().slice(0, length).split('\n').length;
  }

  /** What was changed in all, as edits of the original. */
  changes(): TextEdit[] {
    const edits: TextEdit[] = [];
    let at = 0;
    let text = '';
    for (const piece of [...this.pieces, { kind: 'kept', start: this.original.length, end: this.original.length } as const]) {
      if (piece.kind === 'new') {
        text += piece.text;
        continue;
      }
      if (piece.start > at || text !== '') edits.push({ start: at, end: piece.start, text });
      at = piece.end;
      text = '';
    }
    return edits;
  }

  private textOf(piece: Piece): string {
    return piece.kind === 'new' ? piece.text : this.original.slice(piece.start, piece.end);
  }

  /** The pieces of a part of the text as it is now, cut where it begins and ends. */
  private between(from: number, to: number): Piece[] {
    let at = 0;
    return this.pieces.flatMap((piece): Piece[] => {
      const begin = at;
      const { length } = this.textOf(piece);
      at += length;
      const [start, end] = [Math.max(from - begin, 0), Math.min(to - begin, length)];
      if (start >= end) return [];
      return [piece.kind === 'new' ? { kind: 'new', text: piece.text.slice(start, end) } : { kind: 'kept', start: piece.start + start, end: piece.start + end }];
    });
  }
}

function startOfLine(text: string, line: number): number {
  let at = 0;
  for (let passed = 1; passed < line; passed++) {
    const next = text.indexOf('\n', at);
    if (next === -1) return text.length;
    at = next + 1;
  }
  return at;
}
