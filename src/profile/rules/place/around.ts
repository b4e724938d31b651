/** The function around a line. */
export interface Around {
  /** `(module)` where there is none. */
  function: string;
  /** Its first line, 1-based. */
  line: number;
  /** Whether a loop within it is around the line. */
  inLoop: boolean;
}

const pythonLoop = /^\s*(async\s+)?(for|while)\b.*:/;
const loop = /^\s*(for|while|do|loop)\b|\.(forEach|map)\(/;

/** By indentation: whether a loop stands further left than a line, between it and the first line of its function. */
export function loopAround(lines: readonly string[], { line, first, file }: { line: number; first: number; file: string }): boolean {
  const isLoop = file.endsWith('.py') ? pythonLoop : loop;
  let indent = indentOf(lines[line - 1] ?? '');
  if (isLoop.test(lines[line - 1] ?? '')) return true;
  for (let at = line - 1; at >= first; at--) {
    const text = lines[at - 1] ?? '';
    if (text.trim() === '' || indentOf(text) >= indent) continue;
    if (isLoop.test(text)) return true;
    // A lone brace or the end of a list of parameters says nothing of how far left its statement begins.
    if (!/^\s*[)}\]]/.test(text)) indent = indentOf(text);
  }
  return false;
}

export const indentOf = (text: string): number => text.length - text.trimStart().length;
