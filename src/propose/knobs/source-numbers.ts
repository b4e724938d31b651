import type { KnobContext } from './finder.js';

/** What a pattern captures in a file. */
export interface SourceValue {
  file: string;
  text: string;
  start: number;
  end: number;
  value: string;
  /** Ends the id of its knob: the file, and which of several there it is. */
  suffix: string;
}

/** Tests, and what a person wrote to try something, decide nothing. */
const aside = /(?:^|\/)(?:tests?|testing|examples?|docs?|__tests__|node_modules|vendor|third_party)\/|(?:^|\/)(?:test_|conftest)[^/]*$|_test\.\w+$/i;

const ofPython = /#[^\n]*/g;
const ofOthers = /\/\/[^\n]*|\/\*[\s\S]*?\*\//g;

/** Files of some ending that are the program's own, with comments blanked in `code` so that offsets stay. */
export function sourcesOf({ tree }: KnobContext, ending: RegExp): { file: string; text: string; code: string }[] {
  return tree.files.filter(({ path }) => ending.test(path) && !aside.test(path)).flatMap(({ path }) => {
    const text = tree.text(path);
    return text === null ? [] : [{ file: path, text, code: text.replaceAll(path.endsWith('.py') ? ofPython : ofOthers, (found) => found.replaceAll(/[^\n]/g, ' ')) }];
  });
}

/** Every place of the sources where a pattern matches whose only group captures a value. */
export function valuesIn(context: KnobContext, ending: RegExp, pattern: RegExp): SourceValue[] {
  return sourcesOf(context, ending).flatMap(({ file, text, code }) =>
    [...code.matchAll(new RegExp(pattern.source, 'dg'))].flatMap((match, index): SourceValue[] => {
      const span = match.indices?.[1];
      return span === undefined ? [] : [{ file, text, start: span[0], end: span[1], value: match[1] ?? '', suffix: index === 0 ? file : `${file}#${index + 1}` }];
    }),
  );
}
