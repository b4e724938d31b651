import type { SgNode } from '@ast-grep/napi';
import { isImported } from '../../go/imports.js';
import { callOf } from '../../go/syntax.js';
import { refusal } from '../../native/refusal.js';
import { replaced } from '../../native/lines.js';
import { lineOf, startOf } from '../../source/tree.js';
import { hostWork } from '../evidence.js';
import type { GoRecipe } from '../native-recipe.js';

export const goRegexpOnce: GoRecipe = {
  family: 'go',
  name: 'go-regexp-once',
  languages: ['go'],
  category: 'repeated-work',
  title: 'Compile a constant regular expression once a program instead of in every call',
  evidence: { findings: hostWork, text: '`regexp.compile` and `regexp/syntax.Parse` below the function.' },
  condition: 'The pattern is one literal, and `regexp` is the package of the standard library. A compiled expression may be used from several goroutines; the one method that changes it, `Longest`, is not called in the file.',
  risk: 'A pattern that is not valid stops the program at its start instead of at the call; a profiled function has run it. Compiling costs some microseconds at every start.',
  expected: 'Five to fifty microseconds a call.',
  references: ['https://pkg.go.dev/regexp#Regexp'],
  apply(fn) {
    if (!isImported(fn, 'regexp') || fn.hot.field('name')?.text() === 'init') return [];
    const names = new Map<string, string>();
    const calls = fn.owned('call_expression').filter(isConstant);
    const [first] = calls;
    const made = fn.owned('call_expression').filter((call) => compilers.has(callOf(call)?.callee ?? '') && !isConstant(call)).map((call) => refusal(call, 'the pattern is not a literal.'));
    if (first === undefined) return made;
    if (/\.Longest\(/.test(fn.source)) return [...made, refusal(first, 'the file changes how expressions match, by `Longest`.')];
    const edits = calls.map((call) => {
      const name = names.get(call.text()) ?? fn.names.fresh(`${fn.hot.field('name')?.text() ?? 'compiled'}Regexp`);
      names.set(call.text(), name);
      return replaced(call, name);
    });
    const start = startOf(placeOf(fn.hot));
    const definitions = [...names].map(([text, name]) => `var ${name} = ${text}\n\n`).join('');
    return [...made, { title: `compile ${names.size === 1 ? 'a constant pattern' : `${names.size} constant patterns`} once`, line: lineOf(first), edits: [...edits, { start, end: start, text: definitions }] }];
  },
};

const compilers = new Set(['regexp.MustCompile', 'regexp.MustCompilePOSIX']);

function isConstant(node: SgNode): boolean {
  const call = callOf(node);
  const [pattern] = call?.args ?? [];
  return call !== null && compilers.has(call.callee) && call.args.length === 1 && ['interpreted_string_literal', 'raw_string_literal'].includes(String(pattern?.kind()));
}

/** The function, or the first of the comments right above it. */
function placeOf(hot: SgNode): SgNode {
  let place = hot;
  for (let before = hot.prev(); before?.kind() === 'comment' && before.range().end.line + 1 >= place.range().start.line; before = before.prev()) place = before;
  return place;
}
