import type { KnobPlace } from '../../core/knobs/knob.js';
import { toSpanEdits } from '../span-edits.js';
import type { KnobCommand, KnobContext } from './finder.js';
import { measures } from './measuring.js';

/** A setting by variables, with the line for the Dockerfile of the repository where there is one. */
export function environmentPlace({ tree }: KnobContext, set: Record<string, string>): KnobPlace {
  const edits = ['Dockerfile', 'docker/Dockerfile'].filter((file) => tree.has(file)).slice(0, 1).flatMap((file) => {
    const text = tree.text(file) ?? '';
    // Of several stages the last is the one that runs.
    const start = [...text.matchAll(/^(?:CMD|ENTRYPOINT)\b/gm)].at(-1)?.index;
    const lines = Object.entries(set).map(([name, value]) => `ENV ${name}=${/^[\w./:=-]+$/.test(value) ? value : JSON.stringify(value)}\n`).join('');
    return start === undefined ? [] : toSpanEdits(file, text, [{ start, end: start, text: lines }]);
  });
  return edits.length === 0 ? { kind: 'environment', set } : { kind: 'environment', set, elsewhere: edits };
}

/** Shell scripts of the repository that the benchmark runs, and that a user may start too. */
export function launchersOf({ tree, commands }: KnobContext): { file: string; text: string }[] {
  const run = new Set(commands.filter(({ role }) => role === 'benchmark').flatMap(({ scripts }) => scripts));
  return [...tree.paths].filter((path) => path.endsWith('.sh') && !measures(path)).flatMap((file) => {
    const text = tree.text(file);
    return text !== null && run.has(text) ? [{ file, text }] : [];
  });
}

/** Where a launcher gives a variable a plain value, once: there it can be turned. */
export function inLauncher(context: KnobContext, name: string): { file: string; text: string; start: number; end: number; value: string } | null {
  for (const { file, text } of launchersOf(context)) {
    const [match, second] = text.matchAll(new RegExp(`^[ \\t]*(?:export[ \\t]+)?${name}=(["']?)(\\w+)\\1(?=\\s|$)`, 'dgm'));
    const span = match?.indices?.[2];
    if (span !== undefined && second === undefined) return { file, text, start: span[0], end: span[1], value: match?.[2] ?? '' };
  }
  return null;
}

/** The value that the config or its commands give a variable; undefined where they do not. */
export function setTo(name: string, commands: readonly KnobCommand[]): string | undefined {
  const given = new RegExp(`(?:^|[\\s;&])${name}=("[^"]*"|'[^']*'|[^\\s;&]*)`);
  for (const { role, env, texts } of commands) {
    if (role !== 'benchmark') continue;
    const value = env[name] ?? texts.map((text) => given.exec(text)?.[1]).find((found) => found !== undefined);
    if (value !== undefined) return value.replace(/^(["'])(.*)\1$/, '$2');
  }
  return undefined;
}

/** Whether a command sets a variable in its own text, where one of the environment does not reach it. */
export function isFixed(name: string, commands: readonly KnobCommand[]): boolean {
  return commands.some(({ role, texts }) => role === 'benchmark' && texts.some((text) => new RegExp(`(?:^|[\\s;&])${name}=`).test(text)));
}
