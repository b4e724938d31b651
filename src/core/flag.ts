/** What in a change a person has to look at before its speed counts. One code for each way to be fast without being better. */
export type FlagCode =
  | 'cache' // keeps what a call worked out for later calls
  | 'sleep'
  | 'clock' // reads the time
  | 'environment' // reads variables, arguments, host, stack, its own file name
  | 'sniffing' // names a benchmark, a test framework or CI
  | 'patched' // replaces something of the language, of another module or of the process
  | 'broad-catch' // swallows errors of any kind
  | 'precision' // fewer digits
  | 'seed'
  | 'background' // threads, processes, what runs after the call or at exit
  | 'lazy' // a value became a promise of one
  | 'io' // files and network
  | 'dynamic-code' // runs text, or loads code by a name worked out at run time
  | 'output' // writes to where metrics are read from
  | 'exit' // ends or signals processes
  | 'disabled-check' // an assertion, a lint, a test, a bounds check less
  | 'special-case' // one particular large input is told from the others
  | 'literal-table' // many literals: answers worked out beforehand?
  | 'build' // how it is built, installed or tested
  | 'shadow' // stands in for another module
  | 'binary' // nobody can read it
  | 'link' // a symlink or a submodule
  | 'name' // a path that looks like another
  | 'results' // says of itself that results differ, and nothing of the target compares them
  | 'many'; // more places than are told one by one

export interface Flag {
  code: FlagCode;
  /** Path relative to the repository root. */
  file: string;
  /** 1-based, in the changed file; 0 where it is about the file as a whole. */
  line: number;
  /** The text of the line, shortened. */
  text: string;
  /** Why a person should look, in a sentence. */
  why: string;
  /** The benchmark does not execute the line, so it is not why the benchmark is faster. */
  executed?: false;
}

/** `src/a.js:12` */
export function flagPlace({ file, line }: Flag): string {
  return line === 0 ? file : `${file}:${line}`;
}

/** The flags that a person has to look at before the speed counts. */
export function pressing(flags: readonly Flag[]): Flag[] {
  return flags.filter(({ executed }) => executed !== false);
}

/** Those that a person has to look at, then those that the benchmark does not execute; each in the order they are in. */
export function pressingFirst(flags: readonly Flag[]): Flag[] {
  return [...pressing(flags), ...flags.filter(({ executed }) => executed === false)];
}

/** More of one kind in one file says nothing new. */
const mostAlike = 3;
/** A person who is shown more reads none. */
const mostShown = 20;

/**
 * What is kept of the flags of a change once it is known which lines are executed; before that nothing may be left out,
 * since what is not executed could hide what is. `more`: how many others a person would have been shown.
 */
export function shownFlags(flags: readonly Flag[]): { shown: Flag[]; more: number } {
  const alike = new Map<string, number>();
  const telling = pressingFirst(flags).filter(({ code, file }) => {
    const key = `${code} ${file}`;
    alike.set(key, (alike.get(key) ?? 0) + 1);
    return (alike.get(key) ?? 0) <= mostAlike;
  });
  return { shown: telling.slice(0, mostShown), more: Math.max(0, telling.length - mostShown) };
}

/** One line: "cache at src/a.js:12: why [the line]". */
export function flagText(flag: Flag): string {
  return `${flag.code} at ${flagPlace(flag)}: ${flag.why}${flag.text === '' ? '' : ` [${flag.text}]`}${flag.executed === false ? ', and the benchmark does not execute it' : ''}`;
}
