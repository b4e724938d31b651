/** One version of a file, with what is not code blanked out. All three have the same length and lines. */
export interface Blanked {
  /** Comments and the content of strings replaced by spaces; the quotes stay. */
  code: string;
  /** Comments replaced by spaces. */
  withStrings: string;
  /** Everything but comments replaced by spaces. */
  comments: string;
}

/** A stretch of text, end exclusive, in UTF-16 code units. */
export interface Span {
  start: number;
  end: number;
}

export function blank(text: string, { comments, strings }: { comments: readonly Span[]; strings: readonly Span[] }): Blanked {
  const withStrings = without(text, comments);
  return { code: without(withStrings, strings), withStrings, comments: only(text, comments) };
}

function without(text: string, spans: readonly Span[]): string {
  const parts: string[] = [];
  let at = 0;
  for (const { start, end } of spans.toSorted((a, b) => a.start - b.start)) {
    if (start < at) continue;
    parts.push(text.slice(at, start), spaces(text.slice(start, end)));
    at = end;
  }
  return parts.join('') + text.slice(at);
}

function only(text: string, spans: readonly Span[]): string {
  const parts: string[] = [];
  let at = 0;
  for (const { start, end } of spans.toSorted((a, b) => a.start - b.start)) {
    if (start < at) continue;
    parts.push(spaces(text.slice(at, start)), text.slice(start, end));
    at = end;
  }
  return parts.join('') + spaces(text.slice(at));
}

const spaces = (text: string): string => text.replaceAll(/[^\n\r]/g, ' ');
