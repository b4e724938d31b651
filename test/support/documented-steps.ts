import { readFileSync } from 'node:fs';

const text = readFileSync(new URL('../../docs/pipeline.md', import.meta.url), 'utf8');

/** The block of code of docs/pipeline.md that holds a line, such as the name of its file. */
export function documented(line: string): string {
  const found = Array.from(text.matchAll(/```\w+\n(.*?)```/gs), ([, code = '']) => code).find((code) => code.includes(line));
  if (found === undefined) throw new Error(`docs/pipeline.md has no block with ${line}`);
  return found;
}
