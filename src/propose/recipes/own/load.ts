import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { NapiConfig } from '@ast-grep/napi';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { PerfloopError } from '../../../core/errors.js';
import { hasGrammar, languageOf, parseSource, type Dialect } from '../../source/parse.js';
import { variablesOf } from './fix.js';
import { rewritesOfRule, type OwnRecipe } from './own-recipe.js';

/** The names that ast-grep has for languages, in lower case; JavaScript's patterns are tried on TypeScript too. */
const dialectsOf: Record<string, readonly Dialect[]> = {
  javascript: ['javascript', 'typescript', 'tsx'], js: ['javascript', 'typescript', 'tsx'], jsx: ['javascript', 'tsx'],
  typescript: ['typescript'], ts: ['typescript'], tsx: ['tsx'],
  python: ['python'], py: ['python'],
  cpp: ['cpp'], 'c++': ['cpp'], cc: ['cpp'], cxx: ['cpp'],
  rust: ['rust'], rs: ['rust'], go: ['go'], golang: ['go'],
};

const texts = z.union([z.string(), z.array(z.string()).min(1)]).transform((value) => (typeof value === 'string' ? [value] : value));

/** ast-grep's rule file (https://ast-grep.github.io/reference/yaml.html), as far as a rewrite needs it. */
const ruleSchema = z.object({
  id: z.string().regex(/^[a-z0-9][\w-]{0,79}$/i, 'must be letters, digits, - and _'),
  language: z.string().refine((name) => Object.hasOwn(dialectsOf, name.toLowerCase()), 'must be JavaScript, TypeScript, Tsx, Python, Cpp, Rust or Go'),
  rule: z.record(z.string(), z.unknown()),
  constraints: z.record(z.string(), z.unknown()).optional(),
  utils: z.record(z.string(), z.unknown()).optional(),
  fix: z.string('is needed, as text: what the match is replaced by'),
  transform: z.undefined('is not supported').optional(),
  rewriters: z.undefined('is not supported').optional(),
  message: z.string().min(1).max(200).optional(),
  note: z.string().optional(),
  url: z.url().optional(),
  metadata: z.object({ findings: texts.optional(), risk: z.string().optional(), expected: z.string().optional(), changes: z.enum(['rounding', 'randomness', 'precision', 'logging']).optional() }).optional(),
});

type RuleFile = z.infer<typeof ruleSchema>;

/**
 * The recipes of a folder: each YAML document of its `.yml` and `.yaml` files, in the order of their names. Throws PL_RECIPE_FOLDER
 * where it cannot be read, and PL_RECIPE_FILE, with every problem, where a document is no rule with a fix.
 *
 * @param known names that are taken
 */
export async function ownRecipes(folder: string, known: ReadonlySet<string>): Promise<OwnRecipe[]> {
  const names = await readdir(folder).catch((cause: unknown) => {
    throw new PerfloopError('PL_RECIPE_FOLDER', 'The folder of recipes cannot be read.', { where: folder, fix: 'Correct `propose.folder`, or `--folder`.', cause });
  });
  const taken = new Set(known);
  const problems: string[] = [];
  const recipes: OwnRecipe[] = [];
  for (const name of names.filter((each) => /\.ya?ml$/.test(each)).sort()) {
    for (const [index, document] of parseAllDocuments(await readFile(join(folder, name), 'utf8')).entries()) {
      const at = (text: string): void => void problems.push(`${name}, document ${index + 1}: ${text}`);
      if (document.errors.length > 0) {
        for (const error of document.errors) at(error.message.split('\n')[0] ?? '');
        continue;
      }
      const parsed = ruleSchema.safeParse(document.toJS());
      if (!parsed.success) {
        for (const { path, message } of parsed.error.issues) at(`${path.join('.') || 'the document'}: ${message}`);
        continue;
      }
      const { id } = parsed.data;
      const wrong = taken.has(id) ? `there is a recipe ${id} already` : faultOf(parsed.data);
      taken.add(id);
      if (wrong === null) recipes.push(recipeOf(parsed.data));
      else at(wrong);
    }
  }
  if (problems.length > 0) throw new PerfloopError('PL_RECIPE_FILE', `${problems.length === 1 ? 'One recipe' : 'Some recipes'} of the folder cannot be used.`, { where: folder, problems, fix: 'Each document is a rule of ast-grep with a fix: https://ast-grep.github.io/reference/yaml.html, docs/own-recipes.md.' });
  return recipes;
}

/** What ast-grep says of the rule, or a variable of the fix that nothing binds. */
function faultOf(file: RuleFile): string | null {
  const [dialect] = dialectsIn(file).filter(hasGrammar);
  try {
    if (dialect !== undefined) parseSource('', dialect).findAll(configOf(file));
  } catch (error) {
    return `rule: ${error instanceof Error ? error.message : String(error)}`;
  }
  const bound = new Set(variablesOf(JSON.stringify(file.rule)));
  const free = variablesOf(file.fix).filter((name) => !bound.has(name));
  return free.length === 0 ? null : `fix: the rule has no variable ${free.map((name) => `$${name}`).join(', ')}`;
}

function configOf({ rule, constraints, utils }: RuleFile): NapiConfig {
  return { rule, ...(constraints === undefined ? {} : { constraints }), ...(utils === undefined ? {} : { utils }) } as NapiConfig;
}

function dialectsIn({ language }: RuleFile): readonly Dialect[] {
  return dialectsOf[language.toLowerCase()] ?? [];
}

/** Any finding on a function. */
const anyFinding = ['H', 'C1', 'C2', 'C3', 'C4', 'C5', 'C6', 'C7'];

function recipeOf(file: RuleFile): OwnRecipe {
  const { id, fix, message = `apply ${id}`, note, url, metadata = {} } = file;
  const config = configOf(file);
  return {
    family: 'own',
    name: id,
    dialects: dialectsIn(file),
    languages: [...new Set(dialectsIn(file).map(languageOf))],
    category: 'own',
    title: message,
    evidence: { findings: metadata.findings ?? anyFinding, text: '' },
    condition: note ?? 'its author says so; perfloop checked nothing.',
    risk: metadata.risk ?? 'not stated.',
    expected: metadata.expected ?? 'not stated.',
    references: url === undefined ? [] : [url],
    ...(metadata.changes === undefined ? {} : { changesResults: metadata.changes }),
    apply: (node) => rewritesOfRule(config, { message, fix }, node),
  };
}
