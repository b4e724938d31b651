/** One piece of a word: quoted, escaped, or plain. */
const piece = /"[^"]*"|'[^']*'|\\.|[^\s;&|<>()`"']/.source;
const words = new RegExp(`(?:${piece})+`, 'g');
const wordsAndSeparators = new RegExp(String.raw`(?:${piece})+|\\\n|[\n;&|()${'`'}]`, 'g');

/** Words of a shell command, near enough for names of files: quotes removed, operators dropped. */
export function shellWords(text: string): string[] {
  return (text.match(words) ?? []).map(unquoted).filter(isWord);
}

/** The words of each simple command of a shell script, as `shellWords` has them. Words of loops and conditions stand before a command. */
export function simpleCommands(text: string): string[][] {
  const commands: string[][] = [[]];
  for (const token of text.match(wordsAndSeparators) ?? []) {
    if (token === '\\\n') continue;
    if (/^[\n;&|()`]$/.test(token)) commands.push([]);
    else commands.at(-1)?.push(unquoted(token));
  }
  return commands.map((command) => command.filter(isWord)).filter((command) => command.length > 0);
}

const unquoted = (word: string): string => word.replaceAll(/"([^"]*)"|'([^']*)'|\\(.)/g, '$1$2$3');

const isWord = (word: string): boolean => word !== '' && word.length < 4096;
