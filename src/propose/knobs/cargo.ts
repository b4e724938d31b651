import { posix } from 'node:path';
import type { Knob, KnobSetting } from '../../core/knobs/knob.js';
import type { TextEdit } from '../recipes/recipe.js';
import { toSpanEdits } from '../span-edits.js';
import { starting } from './commands.js';
import { idOf } from './compiler-knobs.js';
import type { KnobContext } from './finder.js';
import { lineAt } from './flag-words.js';

type Values = Record<string, string>;

/** What can be asked of rustc in a profile; `panic = "abort"` is left out, since it changes what a panic does. */
const choices: readonly { name: string; title: string; rationale: string; settings: readonly Values[] }[] = [
  { name: 'cargo-link-time', title: 'Optimisation across crates', rationale: 'With link-time optimisation functions of other crates are inlined, and one codegen unit lets LLVM see a crate as a whole. The build takes longer (Cargo book, Profiles).', settings: [{ lto: '"fat"', 'codegen-units': '1' }, { 'codegen-units': '1' }, { lto: '"thin"' }] },
  { name: 'cargo-level', title: 'Optimisation level of rustc', rationale: 'A level below 3, or for size, leaves out vectorisation and inlining (Cargo book, opt-level).', settings: [{ 'opt-level': '3' }] },
];
const defaults: Values = { 'opt-level': '3', lto: 'false', 'codegen-units': '16' };

/** The release profile in the Cargo.toml of the workspace, where the commands build with it. */
export function cargoKnobs({ tree, commands }: KnobContext): Knob[] {
  const files = new Set<string>();
  for (const { cwd, texts } of commands) {
    const builds = starting(/^(?:\S*\/)?cargo$/, texts).some((words) => words.includes('--release') || words.includes('-r') || words.includes('bench') || words.includes('install'));
    const file = builds ? workspaceOf(cwd, tree) : null;
    if (file !== null) files.add(file);
  }
  return [...files].flatMap((file) => {
    const text = tree.text(file) ?? '';
    const profile = profileOf(text);
    return choices.map(({ name, title, rationale, settings }): Knob => ({
      id: idOf(name, file),
      kind: 'build-flags',
      title,
      rationale,
      current: shown(Object.fromEntries(Object.keys(settings[0] ?? {}).map((key) => [key, profile.values[key]?.text ?? defaults[key] ?? '']))),
      file,
      line: lineAt(text, profile.header ?? text.length),
      language: 'rust',
      settings: settings.filter((values) => Object.entries(values).some(([key, value]) => !isSame(value, profile.values[key]?.text ?? defaults[key]))).map((values): KnobSetting => ({ value: shown(values), place: { kind: 'patch', edits: toSpanEdits(file, text, editsOf(text, profile, values)) } })),
    }));
  });
}

const shown = (values: Values): string => Object.entries(values).map(([key, value]) => `${key} = ${value}`).join(', ');

/** `lto = true` is `lto = "fat"`. */
function isSame(value: string, other: string | undefined): boolean {
  return value === other || (value === '"fat"' && other === 'true');
}

interface Profile {
  /** Offset behind the header of [profile.release]; null where there is none. */
  header: number | null;
  values: Record<string, { start: number; end: number; text: string }>;
}

function profileOf(text: string): Profile {
  const found: Profile = { header: null, values: {} };
  let section = '';
  let at = 0;
  for (const line of text.split('\n')) {
    const header = /^[ \t]*\[([^[\]]+)\]/.exec(line);
    const value = /^([ \t]*([\w-]+)[ \t]*=[ \t]*)("[^"]*"|'[^']*'|[^\s#]+)/.exec(line);
    if (header !== null) {
      section = header[1]?.trim() ?? '';
      if (section === 'profile.release') found.header = at + line.replace(/\r$/, '').length;
    } else if (section === 'profile.release' && value !== null) {
      const start = at + (value[1]?.length ?? 0);
      found.values[value[2] ?? ''] = { start, end: start + (value[3]?.length ?? 0), text: value[3] ?? '' };
    }
    at += line.length + 1;
  }
  return found;
}

function editsOf(text: string, { header, values: old }: Profile, values: Values): TextEdit[] {
  const isOld = ([key]: [string, string]) => old[key] !== undefined;
  const turned = Object.entries(values).filter(isOld).map(([key, value]): TextEdit => ({ start: old[key]?.start ?? 0, end: old[key]?.end ?? 0, text: value }));
  const lines = Object.entries(values).filter((entry) => !isOld(entry)).map(([key, value]) => `${key} = ${value}`).join('\n');
  if (lines === '') return turned;
  if (header !== null) return [...turned, { start: header, end: header, text: `\n${lines}` }];
  // An insertion at the very end would replace nothing that could be recognised, so the last line is written again.
  const last = text.trimEnd().lastIndexOf('\n') + 1;
  return [{ start: last, end: text.length, text: `${text.slice(last).trimEnd()}\n\n[profile.release]\n${lines}\n` }];
}

/** Profiles count in the Cargo.toml of the workspace alone. */
function workspaceOf(cwd: string, tree: KnobContext['tree']): string | null {
  let nearest: string | null = null;
  for (let folder = posix.normalize(cwd); ; folder = posix.dirname(folder)) {
    const path = posix.join(folder, 'Cargo.toml');
    if (tree.has(path)) {
      nearest ??= path;
      if (/^\s*\[workspace\b/m.test(tree.text(path) ?? '')) return path;
    }
    if (folder === '.' || folder === '/') return nearest;
  }
}
