import { readFile } from 'node:fs/promises';
import type { CaseLanguage } from '../../core/check/cases/edges.js';
import type { CasePlan } from './plan.js';

const harness = new URL('../harness/', import.meta.url);

/** In the order in which one needs the other. */
const files = {
  javascript: ['originals.js', 'values.js', 'hidden.js', 'observe.js', 'run.js'],
  python: ['originals.py', 'values.py', 'native.py', 'observe.py', 'run.py'],
} as const;

/**
 * The text of a program that carries out the plan, for an interpreter that reads it from its standard input: the target
 * finds no file of it, and no name in its own reach.
 */
export async function caseProgram(language: CaseLanguage, plan: CasePlan): Promise<string> {
  const parts = await Promise.all(files[language].map(async (file) => readFile(new URL(`${language}/${file}`, harness), 'utf8')));
  const source = parts.join('\n');
  return language === 'javascript' ? javascriptProgram(source, plan) : pythonProgram(source, plan);
}

/** One function: its imports of other parts are gone, and those of Node become calls of require. */
function javascriptProgram(source: string, plan: CasePlan): string {
  const body = source
    .replaceAll(/^import \{[^}]*\} from '\.\/[^']*';$/gm, '')
    .replaceAll(/^import (\{[^}]*\}) from '([^']*)';$/gm, "const $1 = require('$2');")
    .replaceAll(/^export /gm, '');
  return `(async (require) => {\n'use strict';\n${body}\nawait run(${jsonText(plan)});\n})(require);\n`;
}

/** Run in a namespace of its own, with builtins of its own, so that neither can be changed from outside. */
function pythonProgram(source: string, plan: CasePlan): string {
  const body = source.replaceAll(/^from harness\.\w+ import .*$/gm, '');
  const text = `${body}\nrun(parse(PLAN))\n`;
  return `exec(compile(${jsonText(text)}, '<stdin>', 'exec'), {'__builtins__': dict(vars(__import__('builtins'))), '__name__': 'stdin', 'PLAN': ${jsonText(jsonText(plan))}})\n`;
}

/** JSON in ASCII: a literal in both languages. */
function jsonText(value: unknown): string {
  // oxlint-disable-next-line no-control-regex -- everything that is not ASCII is what is looked for
  return JSON.stringify(value).replaceAll(/[^\u0000-\u007e]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
