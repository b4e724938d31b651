import type { SgNode } from '@ast-grep/napi';
import type { CppFunction } from '../../cpp/function.js';
import { bare, nameCall } from '../../cpp/syntax.js';
import { isDouble } from '../../cpp/types.js';
import { refusal } from '../../native/refusal.js';
import { replaced } from '../../native/lines.js';
import { lineOf } from '../../source/tree.js';
import { hostWork } from '../evidence.js';
import type { CppRecipe } from '../native-recipe.js';
import type { Answer } from '../recipe.js';

export const cppSquare: CppRecipe = {
  family: 'cpp',
  name: 'cpp-square',
  languages: ['cpp'],
  category: 'arithmetic',
  title: 'Square a number by a product instead of by `std::pow`',
  evidence: { findings: hostWork, text: '`pow` below the function.' },
  condition: 'The exponent is the literal 2, and the base is made of variables and elements that are `double` by declaration, without calls, so that it can be written twice. The product is rounded once, which is what a correct `pow` gives.',
  risk: 'A library whose `pow` is off in the last bit gives another last bit. Compilers do the same from -O1 on where they know the function.',
  expected: 'Tens of nanoseconds a call where the compiler does not do it.',
  references: ['https://en.cppreference.com/w/cpp/numeric/math/pow'],
  changesResults: 'rounding',
  apply(fn) {
    return fn.owned('call_expression').flatMap((node) => rewrite(fn, node) ?? []);
  },
};

function rewrite(fn: CppFunction, node: SgNode): Answer | null {
  const call = nameCall(node);
  const [base, exponent] = call?.args ?? [];
  const isPow = call?.name === 'std::pow' || (call?.name === 'pow' && fn.usesStd && fn.binding('pow') === null);
  if (!isPow || call.args.length !== 2 || base === undefined || !/^2(?:\.0*)?$/.test(exponent?.text() ?? '')) return null;
  if (!isDouble(fn, base)) return refusal(node, `\`${base.text()}\` is not made of variables that the function declares as \`double\`.`);
  const text = ['identifier', 'subscript_expression'].includes(String(base.kind())) ? base.text() : `(${bare(base).text()})`;
  return { title: `square \`${bare(base).text()}\` by a product`, line: lineOf(node), edits: [replaced(node, `(${text} * ${text})`)] };
}
