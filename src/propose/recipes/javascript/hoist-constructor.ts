import type { SgNode } from '@ast-grep/napi';
import { roleOf } from '../../javascript/bindings.js';
import type { JsFunction } from '../../javascript/function.js';
import { declareInModule } from '../../javascript/regions.js';
import { methodCall, stringValue } from '../../javascript/syntax.js';
import { endOf, lineOf, parts, same, startOf } from '../../source/tree.js';
import { hostWork } from '../evidence.js';
import type { JavaScriptRecipe, Rewrite } from '../recipe.js';

export const hoistConstructor: JavaScriptRecipe = {
  family: 'javascript',
  name: 'hoist-constructor',
  languages: ['javascript', 'typescript'],
  category: 'repeated-work',
  title: 'Make a constant `RegExp` or `Intl` formatter once a module instead of once a call',
  evidence: { findings: hostWork, text: 'Time in making regular expressions or formatters.' },
  condition:
    'All arguments are literals; the object is used only through methods that keep no state in it (no `test` or `exec` with the flags g or y), so nobody can see that it is the same one. It is made at the first use, so errors come when they came before.',
  risk: 'A formatter without a time zone or locale keeps the one of its first use.',
  expected: 'Microseconds a call for a RegExp, tens of microseconds for a formatter.',
  references: ['https://developer.mozilla.org/en-US/docs/Web/JavaScript/Reference/Global_Objects/Intl/NumberFormat/NumberFormat', 'https://developer.mozilla.org/en-US/docs/Web/JavaScript/Reference/Global_Objects/RegExp/RegExp'],
  apply(fn) {
    return fn.owned('new_expression').flatMap((node) => {
      const name = constructorName(fn, node);
      if (name === null || isHoisted(node) || !usesAreStateless(fn, node, name)) return [];
      return [hoist(fn, node, name)];
    });
  },
};

const intlMethods: Record<string, string[]> = {
  NumberFormat: ['format', 'formatToParts'],
  DateTimeFormat: ['format', 'formatToParts', 'formatRange'],
  Collator: ['compare'],
  PluralRules: ['select'],
  ListFormat: ['format', 'formatToParts'],
  RelativeTimeFormat: ['format', 'formatToParts'],
};

/** `RegExp` or `Intl.X` when the expression makes one from literals. */
function constructorName(fn: JsFunction, node: SgNode): string | null {
  const name = node.field('constructor')?.text() ?? '';
  const args = parts(node.field('arguments') ?? node);
  const [namespace, type] = name.split('.');
  if (name === 'RegExp' && fn.isBuiltin('RegExp')) {
    const isPattern = args[0]?.kind() === 'regex' || (args[0] !== undefined && stringValue(args[0]) !== null);
    return isPattern && args.length <= 2 && args.slice(1).every((flags) => stringValue(flags) !== null) ? name : null;
  }
  if (namespace !== 'Intl' || !fn.isBuiltin('Intl') || type === undefined || intlMethods[type] === undefined) return null;
  const isDefault = args[0]?.text() === 'undefined' && args.length === 2 && fn.isBuiltin('undefined');
  return args.length >= 1 && args.length <= 2 && args.slice(isDefault ? 1 : 0).every(isLiteral) ? name : null;
}

function isLiteral(node: SgNode): boolean {
  switch (String(node.kind())) {
    case 'string':
    case 'number':
    case 'true':
    case 'false':
      return true;
    case 'array':
      return parts(node).every(isLiteral);
    case 'object':
      return parts(node).every((part) => part.kind() === 'pair' && part.field('key')?.kind() !== 'computed_property_name' && isLiteral(part.field('value') ?? part));
    default:
      return false;
  }
}

/** `(x || (x = new …))`, which this recipe has written. */
function isHoisted(node: SgNode): boolean {
  const assignment = node.parent();
  return assignment?.kind() === 'assignment_expression' && assignment.parent()?.parent()?.kind() === 'binary_expression';
}

function usesAreStateless(fn: JsFunction, node: SgNode, name: string): boolean {
  const parent = node.parent();
  if (parent?.kind() !== 'variable_declarator') return isStatelessUse(node, name, flagsOf(node));
  const variable = parent.field('name');
  if (variable?.kind() !== 'identifier' || fn.binding(variable.text()) === null) return false;
  return fn.uses(variable.text()).every((use) => use.role === 'declare' || (use.role !== 'write' && isStatelessUse(use.node, name, flagsOf(node))));
}

function flagsOf(node: SgNode): string {
  const args = parts(node.field('arguments') ?? node);
  const own = args[1] === undefined ? null : stringValue(args[1]);
  return own ?? (args[0]?.kind() === 'regex' ? (args[0].field('flags')?.text() ?? '') : '');
}

function isStatelessUse(node: SgNode, name: string, flags: string): boolean {
  const parent = node.parent();
  if (parent?.kind() === 'member_expression' && same(parent.field('object'), node) && roleOf(node) !== 'mutate') {
    const method = parent.field('property')?.text() ?? '';
    if (name !== 'RegExp') return intlMethods[name.slice('Intl.'.length)]?.includes(method) ?? false;
    const isCall = parent.parent()?.kind() === 'call_expression' && same(parent.parent()?.field('function') ?? null, parent);
    return isCall && ['test', 'exec'].includes(method) && !/[gy]/.test(flags);
  }
  const call = parent?.kind() === 'arguments' ? methodCall(parent.parent()) : null;
  return name === 'RegExp' && call !== null && ['replace', 'replaceAll', 'match', 'search', 'split'].includes(call.method) && same(call.args[0] ?? null, node) && !flags.includes('y');
}

function hoist(fn: JsFunction, node: SgNode, name: string): Rewrite {
  const type = name.split('.').at(-1) ?? name;
  const variable = fn.names.fresh(`hoisted${type}`);
  return {
    title: `make the constant ${name} once`,
    line: lineOf(node),
    edits: [
      { start: startOf(node), end: endOf(node), text: `(${variable} || (${variable} = ${node.text()}))` },
      ...declareInModule(fn, `var ${variable}${fn.typed ? `: ${name} | undefined` : ''};`),
    ],
  };
}
