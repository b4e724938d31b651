import { posix } from 'node:path';
import type { Knob, KnobPlace, KnobSetting } from '../../core/knobs/knob.js';
import { readScripts, scriptNames } from '../../workspace/command-files.js';
import type { TextEdit } from '../recipes/recipe.js';
import { toSpanEdits } from '../span-edits.js';
import { starting } from './commands.js';
import { environmentPlace, isFixed, launchersOf, setTo } from './environment.js';
import type { KnobCommand, KnobContext } from './finder.js';
import { lineAt } from './flag-words.js';
import { measures } from './measuring.js';

/** Also what starts Node for TypeScript, which reads NODE_OPTIONS as it does. */
const node = /^(?:\S*\/)?(?:node|nodejs|tsx|ts-node)$/;

interface Option {
  id: string;
  flag: string;
  title: string;
  rationale: string;
  /** In MB, by what it is now. */
  values: (now: number | null, context: KnobContext) => number[];
}

const options: readonly Option[] = [
  {
    id: 'node-semi-space',
    flag: '--max-semi-space-size',
    title: 'Size of the young generation of V8',
    rationale: 'Objects that are soon garbage are collected the more cheaply the more room there is for them: with the default of 16 MB much is copied to the old generation. Takes up to three times the size in memory (Node.js manual, --max-semi-space-size).',
    values: (now) => [64, 32, 128].filter((value) => value !== (now ?? 16)),
  },
  {
    id: 'node-old-space',
    flag: '--max-old-space-size',
    title: 'Size of the old generation of V8',
    rationale: 'Near its limit V8 spends more and more time on collecting garbage (Node.js manual, --max-old-space-size).',
    // Without a limit in sight there is nothing to be near of.
    values: (now, { machine }) => (now === null ? [] : [now * 2, now * 4].filter((value) => value * 1e6 < machine.memory * 0.75)),
  },
];

/** Sizes of V8's heap, where the benchmark runs Node. */
export function nodeKnobs(context: KnobContext): Knob[] {
  const { tree } = context;
  const commands = context.commands.filter(({ role }) => role === 'benchmark');
  const starts = commands.flatMap(({ texts }) => starting(node, texts));
  const script = scriptPlace(context, commands) ?? shellPlace(context) ?? shebangPlace(context, commands);
  if (starts.length === 0 && script === null) return [];
  const given = setTo('NODE_OPTIONS', commands) ?? '';
  return options.flatMap(({ id, flag, title, rationale, values }): Knob[] => {
    const words = [...starts.flat(), ...given.split(/\s+/), ...(script?.words ?? [])];
    const word = words.find((one) => one.startsWith(`${flag}=`)) ?? null;
    const now = word === null ? null : Number(word.slice(flag.length + 1));
    // Of a command of the config nobody can take back what it says.
    if (word !== null && script?.words.includes(word) !== true && !given.split(/\s+/).includes(word)) return [];
    if (script === null && isFixed('NODE_OPTIONS', commands)) return [];
    const settings = values(now, context).map((value): KnobSetting => ({ value: `${flag}=${value}`, place: placed(context, script, given, word, `${flag}=${value}`) }));
    return [{ id, kind: 'runtime', title, rationale, current: word ?? 'default', file: script?.file ?? shownBy(tree, commands), line: script === null ? 1 : lineAt(script.text, script.at), language: 'javascript', settings }];
  });
}

/** A launcher of Node that the benchmark goes through and a user of the program too. */
interface Launcher {
  file: string;
  text: string;
  /** Behind the word `node`. */
  at: number;
  /** The words of the line. */
  words: string[];
  /** Before the first option, where the line needs more than a blank. */
  lead: TextEdit | null;
}

function placed(context: KnobContext, launcher: Launcher | null, given: string, old: string | null, flag: string): KnobPlace {
  if (launcher === null) return environmentPlace(context, { NODE_OPTIONS: [...given.split(/\s+/).filter((word) => word !== '' && word !== old), flag].join(' ') });
  const { file, text, at, lead } = launcher;
  const start = old === null ? -1 : text.indexOf(old, at);
  const edits = old === null || start === -1 ? [...(lead === null ? [] : [lead]), { start: at, end: at, text: ` ${flag}` }] : [{ start, end: start + old.length, text: flag }];
  return { kind: 'patch', edits: toSpanEdits(file, text, edits) };
}

/** An npm script that the benchmark runs, and that starts Node. */
function scriptPlace({ tree }: KnobContext, commands: readonly KnobCommand[]): Launcher | null {
  for (const { run, cwd } of commands) {
    const file = posix.join(cwd, 'package.json');
    const text = tree.text(file);
    if (text === null) continue;
    const scripts = readScripts(text);
    const table = text.search(/"scripts"\s*:/);
    for (const name of scriptNames(run, scripts)) {
      const line = scripts[name];
      if (line === undefined || measures(name)) continue;
      const words = /^(?:[A-Za-z_]\w*=\S*\s+|exec\s+)*node(?=\s)/.exec(line);
      const value = text.indexOf(JSON.stringify(line), table);
      // Where the text has escapes, offsets in the value are none in the file.
      if (words === null || value === -1 || JSON.stringify(line) !== `"${line}"`) continue;
      return { file, text, at: value + 1 + words[0].length, words: line.split(/\s+/), lead: null };
    }
  }
  return null;
}

/** A shell script that the benchmark runs, and that starts Node once. */
function shellPlace(context: KnobContext): Launcher | null {
  for (const { file, text } of launchersOf(context)) {
    const [match, second] = text.matchAll(/^[ \t]*(?:exec[ \t]+)?node(?=[ \t])[^\n]*/gm);
    if (match === undefined || second !== undefined) continue;
    return { file, text, at: match.index + match[0].indexOf('node') + 'node'.length, words: match[0].trim().split(/\s+/), lead: null };
  }
  return null;
}

/** A file with `#!/usr/bin/env node` that the benchmark starts by its name. */
function shebangPlace({ tree }: KnobContext, commands: readonly KnobCommand[]): Launcher | null {
  for (const { run, cwd } of commands) {
    for (const word of run.split(/\s+/)) {
      const file = posix.join(cwd, word);
      const text = word !== '' && tree.has(file) && !measures(file) ? tree.text(file) : null;
      const shebang = text === null ? null : /^#!\/usr\/bin\/env (-S )?node(?=[ \r\n])/.exec(text);
      if (text === null || shebang === null || starting(node, [run]).length > 0) continue;
      const lead = shebang[1] === undefined ? { start: '#!/usr/bin/env '.length, end: shebang[0].length, text: '-S node' } : null;
      return { file, text, at: shebang[0].length, words: (text.split('\n')[0] ?? '').split(/\s+/), lead };
    }
  }
  return null;
}

/** The file that a command starts Node with, as what shows that it does. */
function shownBy(tree: KnobContext['tree'], commands: readonly KnobCommand[]): string {
  const named = commands.flatMap(({ texts, cwd }) => starting(node, texts).flatMap((words) => words.map((word) => posix.join(cwd, word)))).find((path) => tree.has(path));
  return named ?? 'package.json';
}
