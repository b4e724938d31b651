import { RE2JS } from 're2js';
import { z } from 'zod';

/** Instructions of a compiled pattern. More would make each character of a large output cost too much. */
const maxProgram = 10_000;

/** They break terminals, command lines and paths. */
const controlCharacter = /\p{Cc}/u;

/** One line of text for tables and reports. */
export const shortText = (max: number) => z.string().max(max).refine((text) => !controlCharacter.test(text), 'must not hold control characters');

/** A path that stays inside the repository; `.` is its root. */
export const relativePath = z.string().min(1).max(1000).superRefine((path, context) => {
  const problem = pathProblem(path);
  if (problem !== null) context.addIssue({ code: 'custom', message: `${problem}, got ${JSON.stringify(path)}` });
}).meta({ title: 'path' });

/** A file or folder below the root of the repository, outside of git's own. */
export const pathBelowRoot = relativePath.superRefine((path, context) => {
  const [first] = path.split(/[\\/]/).filter((part) => part !== '' && part !== '.');
  if (first === undefined) context.addIssue({ code: 'custom', message: 'must name something inside the repository, not its root' });
  else if (first === '.git') context.addIssue({ code: 'custom', message: 'must not be in `.git`' });
}).meta({ title: 'path' });

/** A glob, matched against paths relative to the repository root. */
export const globPattern = relativePath.meta({ title: 'glob' });

function pathProblem(path: string): string | null {
  if (controlCharacter.test(path)) return 'must not hold control characters';
  if (path.startsWith('/') || path.startsWith('\\') || /^[A-Za-z]:/.test(path)) return 'must be relative to the repository root, not absolute';
  if (path.startsWith('~')) return 'must be relative to the repository root; `~` is not expanded';
  if (path.split(/[\\/]/).includes('..')) return 'must not leave the repository (`..`)';
  return null;
}

/** The same, or in the home that commands have in a sandbox. */
export const keptGlob = z.string().min(1).max(1000).superRefine((path, context) => {
  const problem = pathProblem(path.replace(/^~\//, ''));
  if (problem !== null) context.addIssue({ code: 'custom', message: `${problem}, got ${JSON.stringify(path)}` });
}).meta({ title: 'glob' });

/** A path of the host: absolute, or in the home of the user that runs perfloop. */
export const hostPath = z.string().min(1).max(1000).superRefine((path, context) => {
  if (controlCharacter.test(path)) context.addIssue({ code: 'custom', message: 'must not hold control characters' });
  else if (!path.startsWith('/') && !path.startsWith('~/')) context.addIssue({ code: 'custom', message: `must be absolute or start with \`~/\`, got ${JSON.stringify(path)}` });
  else if (path.split('/').includes('..')) context.addIssue({ code: 'custom', message: 'must not hold `..`' });
}).meta({ title: 'host path' });

/** A git revision. What could be read as an option or as a range is refused. */
export const revision = z.string().trim().min(1).max(500).superRefine((text, context) => {
  if (text.startsWith('-') || controlCharacter.test(text)) context.addIssue({ code: 'custom', message: 'is not a revision: it must not start with `-` or hold control characters' });
  else if (text.includes('..')) context.addIssue({ code: 'custom', message: 'must be one revision, not a range (`..`)' });
}).meta({ title: 'revision' });

export const environmentName = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'is not a name for an environment variable: letters, digits and _, no digit first');

/** A value for an environment variable, or `$NAME`, which stands for the value that perfloop itself was given. */
export const environmentValue = z.string().superRefine((value, context) => {
  if (value.includes('\0')) context.addIssue({ code: 'custom', message: 'must not hold a NUL character' });
  else if (value.startsWith('$') && !/^\$[A-Za-z_][A-Za-z0-9_]*$/.test(value)) context.addIssue({ code: 'custom', message: 'a value that starts with `$` must be `$NAME`, one environment variable of perfloop; other shell syntax belongs into the command' });
});

/** A regular expression in RE2 syntax, which is matched in linear time whatever the input. */
export const linearPattern = z.string().min(1).max(1000).superRefine((pattern, context) => {
  const compiled = compile(pattern);
  if (typeof compiled === 'string') context.addIssue({ code: 'custom', message: compiled });
}).meta({ title: 'regular expression' });

/** A regular expression in RE2 syntax with exactly one group, which captures a number. */
export const metricPattern = patternWith(1, 'put the number into parentheses, such as `time: ([0-9.]+) ms`', 'the number');

/** A regular expression in RE2 syntax with exactly one group, which captures a value. */
export const knobPattern = patternWith(1, 'put the value into parentheses, such as `#define BLOCK ([0-9]+)`', 'the value');

/** A regular expression in RE2 syntax with exactly two groups, which capture a step and a value. */
export const curvePattern = patternWith(2, 'put the step and the value into parentheses, such as `step ([0-9]+) loss ([-+.0-9e]+)`', 'the step and the value');

function patternWith(wanted: number, advice: string, captured: string) {
  return z.string().min(1).max(1000).superRefine((pattern, context) => {
    const compiled = compile(pattern);
    if (typeof compiled === 'string') {
      context.addIssue({ code: 'custom', message: compiled });
      return;
    }
    const groups = compiled.groupCount();
    const has = groups === 0 ? 'no group' : groups === 1 ? '1 group' : `${groups} groups`;
    if (groups < wanted) context.addIssue({ code: 'custom', message: `has ${has}: ${advice}` });
    if (groups > wanted) context.addIssue({ code: 'custom', message: `has ${has}, and must have ${wanted === 1 ? 'one' : 'two'}, ${captured}; write the others as (?:...)` });
  }).meta({ title: 'regular expression' });
}

function compile(pattern: string): RE2JS | string {
  try {
    const compiled = RE2JS.compile(pattern);
    if (compiled.programSize() > maxProgram) return `is too large: it compiles to ${compiled.programSize()} instructions, at most ${maxProgram} are allowed; lower its repeat counts`;
    return compiled;
  } catch (error) {
    if (error instanceof Error && error.message.includes('expression too large')) return 'is too large: lower its repeat counts';
    return `is not a regular expression in RE2 syntax${unsupported(pattern)}: ${error instanceof Error ? error.message.replace('error parsing regexp: ', '') : String(error)}`;
  }
}

/** Names what other engines have and RE2 cannot match in linear time. */
function unsupported(pattern: string): string {
  if (/\(\?<?[=!]/.test(pattern)) return ' (which has no lookahead or lookbehind: match the text around the number too, and put only the number into the group)';
  if (/\\[1-9]|\\k[<{']/.test(pattern)) return ' (which has no back-references)';
  if (/\(\?>|[*+?}]\+/.test(pattern)) return ' (which has no atomic groups or possessive quantifiers, and needs none)';
  return '';
}
