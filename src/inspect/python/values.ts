import type { SgNode } from '@ast-grep/napi';
import { all, lineOf, parts } from '../../propose/source/tree.js';
import type { Found } from '../found.js';
import { isAlphabetTable, isParticular, kindNames } from '../special-values.js';
import { whys } from '../whys.js';
import type { Scopes } from './scopes.js';

const longText = 40;
const manyLiterals = 64;
const longString = 2000;
const literals = new Set(['integer', 'float', 'string', 'true', 'false', 'none', 'unary_operator', 'concatenated_string']);

/** Comparisons of an argument, or of its length, with one particular large value. */
export function pythonSpecialCases(root: SgNode, scopes: Scopes): Found[] {
  return all(root, 'comparison_operator').filter((comparison) => {
    const [left, right, ...more] = parts(comparison);
    if (left === undefined || right === undefined || more.length > 0) return false;
    const operator = comparison.text().slice(left.text().length, comparison.text().length - right.text().length).trim();
    const literal = [left, right].find((side) => literals.has(String(side.kind())));
    const other = literal === left ? right : left;
    if (literal === undefined || !isArgument(other, scopes)) return false;
    const equal = ['==', '!=', 'is'].includes(operator);
    return literal.kind() === 'string' ? equal && literal.text().length > longText : isParticular(literal.text()) && (equal || givesConstant(comparison));
  }).map((node) => ({ code: 'special-case', key: node.text().replaceAll(/\s+/g, ''), lines: [lineOf(node)], why: whys['special-case'] }));
}

function isArgument(node: SgNode, scopes: Scopes): boolean {
  const text = /^len\((.*)\)$/s.exec(node.text())?.[1] ?? node.text();
  const chain = text.split('.');
  const [first = ''] = chain;
  if (!/^\w+$/.test(first) || first === 'self' || kindNames.test(chain.at(-1) ?? '')) return false;
  return scopes.around(node).some((fn) => scopes.binds(fn, first) && isParameter(fn, first));
}

function isParameter(fn: SgNode, name: string): boolean {
  const list = fn.field('parameters');
  return list !== null && parts(list).some((parameter) => (parameter.kind() === 'identifier' ? parameter.text() : (parameter.field('name') ?? parts(parameter)[0])?.text()) === name);
}

/** `if n > 5000: return 0` */
function givesConstant(comparison: SgNode): boolean {
  const statement = comparison.parent();
  if (statement?.kind() !== 'if_statement') return false;
  const [only, ...more] = parts(statement.field('consequence') ?? statement).filter((part) => part.kind() !== 'comparison_operator');
  if (only?.kind() !== 'return_statement' || more.length > 0) return false;
  const value = parts(only)[0];
  return value === undefined || literals.has(String(value.kind())) || /^[[{(]\s*[\]})]$/.test(value.text());
}

/** Lists, tuples, sets and dictionaries of many literals, and very long strings. */
export function pythonTables(root: SgNode, isNew: (line: number) => boolean): Found[] {
  const tables = all(root, 'list', 'tuple', 'set', 'dictionary').filter((node) => {
    const values = parts(node).map((part) => (part.kind() === 'pair' ? part.field('value') : part));
    if (isAlphabetTable(values.map((value) => value?.text() ?? ''))) return false;
    return values.filter((value) => value !== null && (literals.has(String(value.kind())) || isRow(value)) && isNew(lineOf(value))).length >= manyLiterals;
  });
  const strings = all(root, 'string').filter((node) => node.text().length > longString && !isDocstring(node));
  return [...tables, ...strings].map((node) => ({ code: 'literal-table', key: node.text().replaceAll(/\s+|,(?=\s*[\]})])/g, ''), lines: [lineOf(node), ...parts(node).map(lineOf)], why: whys['literal-table'] }));
}

const isRow = (node: SgNode): boolean => ['list', 'tuple'].includes(String(node.kind())) && parts(node).every((part) => literals.has(String(part.kind())));

export function isDocstring(node: SgNode): boolean {
  return node.parent()?.kind() === 'expression_statement';
}
