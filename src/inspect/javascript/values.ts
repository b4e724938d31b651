import type { SgNode } from '@ast-grep/napi';
import { bare, parametersOf } from '../../propose/javascript/syntax.js';
import { all, lineOf, operatorOf, parts } from '../../propose/source/tree.js';
import type { Found } from '../found.js';
import { isAlphabetTable, isParticular, kindNames } from '../special-values.js';
import { whys } from '../whys.js';
import type { Scopes } from './scopes.js';

/** Longer texts are no words of a grammar. */
const longText = 40;
const manyLiterals = 64;
const longString = 2000;

/** Comparisons of an argument, or of its size, with one particular large value. */
export function javascriptSpecialCases(root: SgNode, scopes: Scopes): Found[] {
  const finds: Found[] = [];
  const add = (node: SgNode, value: string): void => void finds.push({ code: 'special-case', key: value.replaceAll(/\s+/g, ''), lines: [lineOf(node)], why: whys['special-case'] });
  for (const comparison of all(root, 'binary_expression')) {
    const operator = operatorOf(comparison);
    const [left, right] = [comparison.field('left'), comparison.field('right')];
    if (left === null || right === null) continue;
    const literal = [left, right].find((side) => ['number', 'string'].includes(String(side.kind())));
    const other = literal === left ? right : left;
    if (literal === undefined || !isArgument(other, scopes)) continue;
    const equal = /^[=!]==?$/.test(operator);
    if (literal.kind() === 'string' ? equal && literal.text().length > longText : isParticular(literal.text()) && (equal || givesConstant(comparison))) add(comparison, comparison.text());
  }
  for (const branch of all(root, 'switch_case')) {
    const value = branch.field('value');
    const subject = branch.parent()?.parent()?.field('value');
    if (value === null || value === undefined || subject === null || subject === undefined || !isArgument(bare(subject), scopes)) continue;
    if (value.kind() === 'number' ? isParticular(value.text()) : value.kind() === 'string' && value.text().length > longText) add(branch, value.text());
  }
  return finds;
}

/** A parameter, or a property of one such as its length; not one that holds a kind of thing. */
function isArgument(node: SgNode, scopes: Scopes): boolean {
  const chain = node.text().split(/\??\./);
  const [first = ''] = chain;
  if (!/^[\w$]+$/.test(first) || kindNames.test(chain.at(-1) ?? '')) return false;
  return scopes.around(node).some((fn) => parametersOf(fn).some((parameter) => parameter?.text() === first));
}

/** `if (n > 5000) return 0;` */
function givesConstant(comparison: SgNode): boolean {
  const statement = comparison.ancestors().find((node) => node.kind() === 'if_statement');
  const condition = statement?.field('condition');
  if (!statement || !condition || bare(condition).text() !== comparison.text()) return false;
  const consequence = statement.field('consequence');
  const [only, ...more] = consequence?.kind() === 'statement_block' ? parts(consequence) : consequence ? [consequence] : [];
  if (only?.kind() !== 'return_statement' || more.length > 0) return false;
  const value = parts(only)[0];
  return value === undefined || ['number', 'string', 'true', 'false', 'null', 'undefined'].includes(String(value.kind())) || /^[[{]\s*[\]}]$/.test(value.text());
}

/** Arrays and objects of many literals, and very long strings. `isNew` says whether a line of the file is. */
export function javascriptTables(root: SgNode, isNew: (line: number) => boolean): Found[] {
  const literal = new Set(['number', 'string', 'true', 'false', 'null', 'unary_expression', 'template_string']);
  const tables = all(root, 'array', 'object', 'arguments').filter((node) => {
    const literals = parts(node).map((part) => (part.kind() === 'pair' ? part.field('value') : part)).filter((value) => value !== null && (literal.has(String(value.kind())) || isRow(value)));
    if (isAlphabetTable(literals.map((value) => value?.text() ?? ''))) return false;
    return literals.filter((value) => value !== null && isNew(lineOf(value))).length >= manyLiterals;
  });
  const strings = all(root, 'string', 'template_string').filter((node) => node.text().length > longString);
  return [...tables, ...strings].map((node) => ({ code: 'literal-table', key: keyOf(node.text()), lines: [lineOf(node), ...parts(node).map(lineOf)], why: whys['literal-table'] }));
}

/** A short row of literals, as in a table of pairs. */
function isRow(node: SgNode | null): boolean {
  return node?.kind() === 'array' && parts(node).every((part) => ['number', 'string', 'unary_expression'].includes(String(part.kind())));
}

function keyOf(text: string): string {
  return text.replaceAll(/\s+|,(?=\s*[\]}])/g, '');
}
