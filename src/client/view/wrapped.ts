import { clean } from '../print/numbers.js';
import { columns, take } from './columns.js';

/** A text in lines of at most `width` columns, broken between words where that is possible; of more than `most` lines the rest is cut, which ends in `ellipsis`. */
export function wrapped(text: string, width: number, most: number, ellipsis: string): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of clean(text).split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (columns(longer) <= width) {
      line = longer;
      continue;
    }
    if (line !== '') lines.push(line);
    line = word;
    for (let part = take(line, width); columns(line) > width && part !== ''; part = take(line, width)) {
      lines.push(part);
      line = line.slice(part.length);
    }
  }
  if (line !== '') lines.push(line);
  if (lines.length <= most) return lines;
  return [...lines.slice(0, most - 1), `${take(lines[most - 1] ?? '', width - columns(ellipsis))}${ellipsis}`];
}
