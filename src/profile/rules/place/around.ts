/** The function around a line, by its text. */
export interface Around {
  /** `(module)` where there is none. */
  function: string;
  /** Its first line, 1-based. */
  line: number;
  /** Whether a loop within it is around the line. */
  inLoop: boolean;
}

/** By indentation for Python, by what stands further left for languages with braces. */
export function functionAround(lines: readonly string[], line: number, file: string): Around {
  const header = file.endsWith('.py') ? pythonHeader : braceHeader;
  const loop = file.endsWith('.py') ? /^\s*(async\s+)?(for|while)\b.*:/ : /^\s*(for|while|do|loop)\b|\.(forEach|map)\(/;
  let indent = indentOf(lines[line - 1] ?? '');
  let inLoop = loop.test(lines[line - 1] ?? '');
  const own = header(lines[line - 1] ?? '');
  if (own !== null) return { function: own, line, inLoop: false };
  for (let at = line - 1; at >= 1; at--) {
    const text = lines[at - 1] ?? '';
    if (text.trim() === '' || indentOf(text) >= indent) continue;
    const name = header(text);
    if (name !== null) return { function: name, line: at, inLoop };
    // A lone brace or the end of a list of parameters says nothing of how far left its statement begins.
    if (!/^\s*[)}\]]/.test(text)) indent = indentOf(text);
    if (loop.test(text)) inLoop = true;
  }
  return { function: '(module)', line: 1, inLoop };
}

const indentOf = (text: string): number => text.length - text.trimStart().length;

const pythonHeader = (text: string): string | null => /^\s*(?:async\s+)?def\s+(\w+)/.exec(text)?.[1] ?? null;

const keywords = new Set(['if', 'for', 'while', 'switch', 'catch', 'return', 'else', 'do', 'sizeof', 'match', 'loop', 'with']);

/** A function's first line in JavaScript, C++, CUDA, Rust and Go. */
function braceHeader(text: string): string | null {
  const found = /\bfunction\*?\s+([\w$]+)\s*\(|\bfn\s+(\w+)|\bfunc\s+(?:\([^)]*\)\s*)?(\w+)\s*[([]|(?:const|let|var)\s+([\w$]+)\s*=\s*(?:async\s*)?(?:function\b|\(?[^;]*=>)|([\w$~]+)\s*\([^;]*\)?\s*(?:const|noexcept|override|:[^;{]*|->[^;{]*)*\{?\s*$/.exec(text);
  const name = found?.slice(1).find((one) => one !== undefined);
  return name === undefined || keywords.has(name) || /^\s*(return|else|throw|await|case)\b|=\s*[\w$.]+\(|^\s*[.)]/.test(text) ? null : name;
}
