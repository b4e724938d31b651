import { posix } from 'node:path';
import type { Knob } from '../../core/knobs/knob.js';
import type { TextEdit } from '../recipes/recipe.js';
import { toSpanEdits } from '../span-edits.js';
import { starting } from './commands.js';
import { idOf } from './compiler-knobs.js';
import type { KnobContext } from './finder.js';
import { lineAt } from './flag-words.js';

const options = [
  { name: 'meson-build-type', option: 'buildtype', value: 'release', title: 'Build type', rationale: 'The default of Meson is debug, without optimisation; release stands for -O3 (Meson manual, Built-in options).', hidden: /^--(?:buildtype|optimization)|^-D(?:buildtype|optimization)/ },
  { name: 'meson-link-time', option: 'b_lto', value: 'true', title: 'Optimisation at link time', rationale: 'Calls are inlined across source files. The build takes longer (Meson manual, b_lto).', hidden: /^-Db_lto/ },
] as const;

/** Default options of the meson.build that the commands set up. */
export function mesonKnobs({ tree, commands }: KnobContext): Knob[] {
  const used = new Map<string, string[]>();
  for (const { cwd, texts } of commands) {
    const file = posix.join(cwd, 'meson.build');
    const words = starting(/^(?:\S*\/)?meson$/, texts).flat();
    if (words.length > 0 && tree.has(file)) used.set(file, [...(used.get(file) ?? []), ...words]);
  }
  return [...used].flatMap(([file, words]) => {
    const text = tree.text(file) ?? '';
    return options.filter(({ hidden }) => !words.some((word) => hidden.test(word))).flatMap(({ name, option, value, title, rationale }): Knob[] => {
      const place = placeOf(text, option, value);
      if (place === null || place.current === value) return [];
      return [{ id: idOf(name, file), kind: 'build-flags', title, rationale, current: place.current, file, line: lineAt(text, place.edit.start), language: 'cpp', settings: [{ value: `${option}=${value}`, place: { kind: 'patch', edits: toSpanEdits(file, text, [place.edit]) } }] }];
    });
  });
}

/** In the list of default_options, or such a list at the end of project(). */
function placeOf(text: string, option: string, value: string): { current: string; edit: TextEdit } | null {
  const project = /^project\s*\(/m.exec(text);
  if (project === null) return null;
  const end = closing(text, project.index + project[0].length);
  if (end === null) return null;
  const call = text.slice(project.index, end);
  const list = /default_options\s*:\s*\[/.exec(call);
  if (list === null) {
    const last = project.index + call.replace(/[\s,]+$/, '').length;
    return { current: 'default', edit: { start: last, end: last, text: `, default_options : ['${option}=${value}']` } };
  }
  const from = project.index + list.index + list[0].length;
  const values = text.slice(from, text.indexOf(']', from));
  const old = new RegExp(`'${option}=(\\w+)'`, 'd').exec(values);
  const span = old?.indices?.[1];
  if (span === undefined) return { current: 'default', edit: { start: from, end: from, text: `'${option}=${value}'${values.trim() === '' ? '' : ', '}` } };
  return { current: old?.[1] ?? '', edit: { start: from + span[0], end: from + span[1], text: value } };
}

/** The offset of the parenthesis that closes a call; strings are passed over. */
function closing(text: string, from: number): number | null {
  let depth = 1;
  for (const { 0: token, index } of text.slice(from).matchAll(/'(?:[^'\\]|\\.)*'|#[^\n]*|[()]/g)) {
    if (token === '(') depth += 1;
    if (token === ')') depth -= 1;
    if (depth === 0) return from + index;
  }
  return null;
}
