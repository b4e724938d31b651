/**
 * The program's name of a command line: the last part of its first word. The rest is not kept: it can hold secrets. Empty where
 * there is none. What a word assigns, as in `TOKEN=x`, is no part of a name.
 */
export function programName(command: string): string {
  const [, word = ''] = /^["'\s]*([^"'\s=]*)/.exec(command) ?? [];
  return (word.split(/[\\/]/).findLast((part) => part !== '') ?? '').slice(0, 200);
}
