import type { SgNode } from '@ast-grep/napi';
import type { JsFunction } from '../../javascript/function.js';
import { callHelpers, isSlowWay, outermost } from '../../javascript/helper-call.js';
import { isPrimitiveLiteral, methodCall } from '../../javascript/syntax.js';
import { lineOf, parts } from '../../source/tree.js';
import { hostWork } from '../evidence.js';
import type { JavaScriptRecipe, Rewrite } from '../recipe.js';

export const collatorOnce: JavaScriptRecipe = {
  family: 'javascript',
  name: 'collator-once',
  languages: ['javascript', 'typescript'],
  category: 'repeated-work',
  title: 'Compare strings, or write numbers, by one `Intl` object instead of making one a call (`a.localeCompare(b, "en", { numeric: true })`)',
  evidence: { findings: hostWork, text: 'Time in `localeCompare` or `toLocaleString` with options.' },
  condition: 'Locale and options are literals, and the standard defines both methods by the Intl object made of them. At run time only strings, or numbers, take that way.',
  risk: 'A default locale that changes while the program runs is no longer noticed. The message of the TypeError for a missing value may name another variable.',
  expected: 'Five to a hundred times faster a call.',
  references: ['https://developer.mozilla.org/en-US/docs/Web/JavaScript/Reference/Global_Objects/String/localeCompare', 'https://developer.mozilla.org/en-US/docs/Web/JavaScript/Reference/Global_Objects/Number/toLocaleString'],
  apply(fn) {
    if (!fn.isBuiltin('Intl') || !fn.isBuiltin('undefined')) return [];
    const found = fn.owned('call_expression').flatMap((node) => {
      const call = localeCall(node);
      return call === null || isSlowWay(node) ? [] : [{ node, ...call }];
    });
    const rewrites: Rewrite[] = [];
    for (const form of new Set(found.map((entry) => entry.form))) {
      const chosen = found.filter((entry) => entry.form === form);
      const first = outermost(chosen.map(({ node, args }) => ({ node, text: args })))[0];
      const how = chosen[0];
      if (first === undefined || how === undefined) continue;
      const name = fn.names.fresh(how.compares ? 'compareText' : 'formatNumber');
      rewrites.push({ title: how.compares ? 'compare by one Collator' : 'write numbers by one NumberFormat', line: lineOf(first.node), edits: callHelpers(fn, chosen.map(({ node, args }) => ({ node, text: `${name}(${args})` })), helperText(fn, name, how)) });
    }
    return rewrites;
  },
};

interface LocaleCall {
  compares: boolean;
  /** Locale and options as written. */
  locale: string;
  args: string;
  form: string;
}

function localeCall(node: SgNode): LocaleCall | null {
  const call = methodCall(node);
  if (call === null || call.optional || call.receiver.kind() === 'super') return null;
  const compares = call.method === 'localeCompare';
  if (!compares && call.method !== 'toLocaleString') return null;
  const [locale, options] = compares ? call.args.slice(1) : call.args;
  const longest = compares ? 3 : 2;
  if (locale === undefined || options === undefined || call.args.length !== longest || !isConstantLocale(locale) || !isConstantOptions(options)) return null;
  const other = compares ? `, ${call.args[0]?.text() ?? ''}` : '';
  if (call.args[0]?.kind() === 'spread_element') return null;
  const text = `${locale.text()}, ${options.text()}`;
  return { compares, locale: text, args: `${call.receiver.text()}${other}`, form: `${call.method} ${text}` };
}

function isConstantLocale(node: SgNode): boolean {
  return node.kind() === 'string' || node.text() === 'undefined' || (node.kind() === 'array' && parts(node).every((part) => part.kind() === 'string') && !/[[,]\s*,/.test(node.text()));
}

function isConstantOptions(node: SgNode): boolean {
  if (node.kind() !== 'object') return false;
  return parts(node).every((pair) => {
    const value = pair.kind() === 'pair' && pair.field('key')?.kind() === 'property_identifier' && pair.field('key')?.text() !== '__proto__' ? pair.field('value') : null;
    return value !== null && isPrimitiveLiteral(value);
  });
}

function helperText(fn: JsFunction, name: string, { compares, locale }: LocaleCall): string {
  const kept = fn.names.fresh(compares ? 'textCollator' : 'numberFormat');
  const kind = compares ? 'Intl.Collator' : 'Intl.NumberFormat';
  const parameters = compares ? ['a', 'b'] : ['value'];
  const signature = fn.typed ? `${name}(${parameters.map((parameter) => `${parameter}: any`).join(', ')}): ${compares ? 'number' : 'string'}` : `${name}(${parameters.join(', ')})`;
  const slow = compares ? `a.localeCompare(b, ${locale})` : `value.toLocaleString(${locale})`;
  return `var ${kept}${fn.typed ? `: ${kind} | undefined` : ''};

function ${signature} {
  if (typeof ${parameters[0]} !== '${compares ? 'string' : 'number'}') return ${slow};
  if (!${kept}) ${kept} = new ${kind}(${locale});
  return ${kept}.${compares ? 'compare' : 'format'}(${parameters.join(', ')});
}`;
}
