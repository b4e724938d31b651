import { posix } from 'node:path';
import { z } from 'zod';
import type { CommandSpec, Config } from '../core/config/schema.js';
import { shellWords } from '../core/shell-words.js';
import type { ProtectedRules } from './protected-globs.js';
import type { Repository } from './repository.js';

/** A shell command, and the folder it runs in, relative to the top of the repository. */
export type CommandPlace = Pick<CommandSpec, 'run' | 'cwd'>;

/** `build` and `setup` are left out: what they name is often the source code itself. */
const judging = ['test', 'smoke', 'benchmark', 'profile', 'check'] as const;

/**
 * The files of the base that the commands which judge a candidate start: arguments that are files, `-m` modules, scripts
 * behind `npm run` and a Makefile behind `make`. Found in the text of the command; what those files load in turn is not.
 */
export async function protectedFromCommands(repository: CommandSource, base: string, commands: Partial<Pick<Config['commands'], (typeof judging)[number]>>, benchmarks: readonly CommandSpec[] = []): Promise<{ path: string; command: string }[]> {
  const files = new Set(await repository.listFiles(base));
  const found = new Map<string, string>();
  const specs = [...judging.map((name) => [name, commands[name]] as const), ...benchmarks.map((spec) => ['benchmark', spec] as const)];
  for (const [name, spec] of specs) {
    if (spec === undefined) continue;
    for (const text of [spec.run, ...(await scriptsOf(repository, base, files, spec))]) {
      for (const path of filesIn(text, spec.cwd, files)) if (!found.has(path)) found.set(path, name);
    }
  }
  return [...found].map(([path, command]) => ({ path, command })) satisfies ProtectedRules['commandFiles'];
}

const longestScript = 256 << 10;

/** What is asked of a repository to follow a command into its files. */
export type CommandSource = Pick<Repository, 'listFiles' | 'readFileAt'>;

/** The text of a command, the scripts of package.json behind it, and the shell scripts and Makefiles that it starts, as the base has them. */
export async function commandTexts(repository: CommandSource, base: string, spec: CommandPlace): Promise<string[]> {
  const files = new Set(await repository.listFiles(base));
  const texts = [spec.run, ...(await scriptsOf(repository, base, files, spec))];
  const scripts = new Set(texts.flatMap((text) => filesIn(text, spec.cwd, files)).filter((path) => /\.sh$|(?:^|\/)(?:GNUm|M|m)akefile$/.test(path)));
  for (const path of scripts) texts.push((await repository.readFileAt(base, path)).subarray(0, longestScript).toString('utf8'));
  return texts;
}

/** Endings under which an interpreter finds a file that is named without one. */
const endings = ['', '.js', '.mjs', '.cjs', '.ts', '.mts', '.py', '.sh', '/index.js', '/index.mjs', '/index.ts', '/__main__.py'];

function filesIn(text: string, cwd: string, files: ReadonlySet<string>): string[] {
  const words = shellWords(text);
  const folders = new Set(['.', cwd, ...words.flatMap((word, index) => (words[index - 1] === 'cd' ? [posix.join(cwd, word), word] : []))]);
  const names = words.flatMap((word, index) => [word, ...(word.includes('=') ? [word.slice(word.indexOf('=') + 1)] : []), ...(words[index - 1] === '-m' ? [word.replaceAll('.', '/')] : []), ...(isMake(word) ? ['Makefile', 'makefile', 'GNUmakefile'] : [])]);
  const found = new Set<string>();
  for (const folder of folders) {
    for (const name of names) {
      for (const ending of endings) {
        const path = posix.normalize(posix.join(folder, name)).replace(/\/$/, '') + ending;
        if (files.has(path)) found.add(path);
      }
    }
  }
  return [...found];
}

const isMake = (word: string) => /^(g|b)?make$/.test(word);

const packageSchema = z.object({ scripts: z.record(z.string(), z.unknown()).default({}) });

/** The package.json scripts that a command runs through npm, yarn, pnpm or bun, and those that they run in turn. */
async function scriptsOf(repository: CommandSource, base: string, files: ReadonlySet<string>, spec: CommandPlace): Promise<string[]> {
  const file = [posix.join(spec.cwd, 'package.json'), 'package.json'].find((path) => files.has(path));
  if (file === undefined) return [];
  const scripts = readScripts((await repository.readFileAt(base, file)).toString('utf8'));
  return [...scriptNames(spec.run, scripts)].flatMap((name) => scripts[name] ?? []);
}

/** What an installation runs unasked. */
const lifecycle = ['preinstall', 'install', 'postinstall', 'preprepare', 'prepare', 'postprepare', 'prepublish'];

/** Names of scripts that a command would run if they were there, `pre` and `post` ones and those behind others included. */
export function scriptNames(run: string, scripts: Readonly<Record<string, string>>): Set<string> {
  const names = new Set<string>();
  const visitLines = (text: string) => text.split(/(?<!\\)\n/).forEach(visit);
  const visit = (text: string) => {
    const words = shellWords(text);
    words.forEach((word, index) => {
      // `sh -c 'npm run bench'`
      if (/\s/.test(word) && word !== text) visitLines(word);
      if (!/^(npm|yarn|pnpm|bun|npm-run-all|run-s|run-p)$/.test(word)) return;
      const called = words.slice(index + 1);
      const asked = called.some((name) => /^(?:ci|i|install|add|rebuild|pack|publish)$/.test(name)) || (word === 'yarn' && called.length === 0) ? lifecycle : [];
      for (const name of [...called.flatMap((one) => [one, `pre${one}`, `post${one}`]), ...asked]) {
        if (names.has(name)) continue;
        names.add(name);
        const script = scripts[name];
        if (typeof script === 'string') visitLines(script);
      }
    });
  };
  visitLines(run);
  return names;
}

/** The scripts of a package.json; none of one that npm would not read. */
export function readScripts(text: string): Record<string, string> {
  try {
    const { scripts } = packageSchema.parse(JSON.parse(text));
    return Object.fromEntries(Object.entries(scripts).filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
  } catch {
    return {};
  }
}
