import type { SgNode } from '@ast-grep/napi';
import { methodCall } from '../../python/function.js';
import { insertInModule, isImported } from '../../python/regions.js';
import { all, endOf, lineOf, startOf } from '../../source/tree.js';
import { hostWork } from '../evidence.js';
import type { PythonRecipe, Rewrite, TextEdit } from '../recipe.js';

export const compiledRegex: PythonRecipe = {
  family: 'python',
  name: 'compiled-regex',
  languages: ['python'],
  category: 'repeated-work',
  title: 'Compile a constant regular expression once a module instead of looking it up in every call of `re`',
  evidence: { findings: hostWork, text: 'Time in the functions of `re`, or in compiling patterns.' },
  condition:
    'Pattern and flags are constants, `re` is the module imported at the top of the file and bound nowhere else. The functions of `re` are defined as compiling and calling the method; the rest of the arguments stay where they are.',
  risk: 'A pattern that is not valid fails at import instead of at the call; a profiled function has run it.',
  expected: 'About half a microsecond a call; much more where over 512 patterns push each other out of the cache of `re`.',
  references: ['https://docs.python.org/3/library/re.html#re.compile'],
  apply(fn) {
    if (!isImported(fn, 're')) return [];
    const compiled = new Map<string, string>();
    const edits: TextEdit[] = [];
    let first: SgNode | null = null;
    for (const node of fn.owned('call')) {
      const use = regexUse(node);
      if (use === null) continue;
      first ??= node;
      const key = `re.compile(${[use.pattern, ...use.flags].join(', ')})`;
      const name = compiled.get(key) ?? fn.names.fresh(`_${use.method === 'compile' ? 'pattern' : use.method}_pattern`);
      compiled.set(key, name);
      edits.push({ start: startOf(node), end: endOf(node), text: use.method === 'compile' ? name : `${name}.${use.method}(${use.rest.join(', ')})` });
    }
    if (first === null) return [];
    const definitions = [...compiled].map(([text, name]) => `${name} = ${text}\n`).join('');
    const rewrite: Rewrite = { title: `compile ${compiled.size === 1 ? 'a constant pattern' : `${compiled.size} constant patterns`} once`, line: lineOf(first), edits: [...edits, ...insertInModule(fn, `${definitions}\n`)] };
    return [rewrite];
  },
};

/** Where the flags stand among the positional arguments; none is allowed there but in `compile`. */
const positions: Record<string, number> = { compile: 1, match: 2, search: 2, fullmatch: 2, findall: 2, finditer: 2, sub: 4, subn: 4, split: 3 };

interface RegexUse {
  method: string;
  pattern: string;
  flags: string[];
  rest: string[];
}

function regexUse(node: SgNode): RegexUse | null {
  const call = methodCall(node);
  const place = positions[call?.method ?? ''];
  const pattern = call?.args[0];
  if (call?.receiver.text() !== 're' || place === undefined || pattern === undefined || !isConstantString(pattern)) return null;
  if (call.args.some((arg) => ['list_splat', 'dictionary_splat', 'generator_expression'].includes(String(arg.kind())))) return null;
  const flags: string[] = [];
  const rest: string[] = [];
  for (const [i, arg] of call.args.entries()) {
    if (i === 0) continue;
    const isKeyword = arg.kind() === 'keyword_argument';
    if (isKeyword ? arg.field('name')?.text() === 'flags' : i === place) {
      const value = isKeyword ? arg.field('value') : arg;
      if (value === null || !isConstantFlags(value)) return null;
      flags.push(value.text());
    } else if (isKeyword && !['string', 'repl', 'count', 'maxsplit'].includes(arg.field('name')?.text() ?? '')) return null;
    else rest.push(arg.text());
  }
  return call.method === 'compile' && rest.length > 0 ? null : { method: call.method, pattern: pattern.text(), flags, rest };
}

function isConstantString(node: SgNode): boolean {
  const strings = node.kind() === 'concatenated_string' ? all(node, 'string') : [node];
  return strings.every((string) => string.kind() === 'string' && string.find({ rule: { kind: 'interpolation' } }) === null);
}

/** `re.I | re.M`, or a number. */
function isConstantFlags(node: SgNode): boolean {
  return /^(?:re\.[A-Z]+|\d+)(?:\s*\|\s*re\.[A-Z]+)*$/.test(node.text());
}
