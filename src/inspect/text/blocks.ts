/** What a brace opens. Code in a `function` runs when it is called; what stands in the others lives as long as the program. */
export type Block = 'function' | 'type' | 'namespace';

/** For each 1-based line of C-like code (blanked), the innermost block that it begins in; `namespace` for the file itself. */
export function blocksOf(code: string): Block[] {
  const stack: Block[] = [];
  const byLine: Block[] = ['namespace', 'namespace'];
  let head = '';
  for (const character of code) {
    if (character === '\n') {
      byLine.push(stack.at(-1) ?? 'namespace');
      head += ' ';
    } else if (character === '{') {
      stack.push(blockAfter(head, stack.at(-1)));
      head = '';
    } else if (character === '}') {
      stack.pop();
      head = '';
    } else if (character === ';') head = '';
    else head += character;
  }
  return byLine;
}

function blockAfter(head: string, outer: Block | undefined): Block {
  if (outer === 'function') return 'function';
  if (/\b(?:namespace|extern|mod|module|package)\b[^()=]*$/.test(head)) return 'namespace';
  if (/\b(?:class|struct|union|enum|interface|trait|impl|object|record|protocol|extension)\b[^()=]*(?:\([^()]*\)[^()=]*)?$/.test(head) && !/\bfn\b|\bfunc\b/.test(head)) return 'type';
  if (/=\s*(?:\w[\w:<>, ]*)?$/.test(head)) return outer ?? 'namespace';
  return 'function';
}
