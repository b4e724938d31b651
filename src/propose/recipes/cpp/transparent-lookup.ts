import type { SgNode } from '@ast-grep/napi';
import type { CppFunction } from '../../cpp/function.js';
import { withInclude } from '../../cpp/includes.js';
import { methodCall } from '../../cpp/syntax.js';
import { plainType } from '../../cpp/types.js';
import { refusal } from '../../native/refusal.js';
import { all, endOf, lineOf } from '../../source/tree.js';
import { hostWork } from '../evidence.js';
import type { CppRecipe } from '../native-recipe.js';
import type { Answer } from '../recipe.js';

export const cppTransparentLookup: CppRecipe = {
  family: 'cpp',
  name: 'cpp-transparent-lookup',
  languages: ['cpp'],
  category: 'allocation',
  title: 'Look texts up in a map or set of strings without making a `std::string` of each (`std::less<>`)',
  evidence: { findings: hostWork, text: '`std::string` constructors and `operator new` below `find` or `count` of a `std::map` or `std::set`.' },
  condition: 'The container is declared in this file, once, as a `std::map` or `std::set` of `std::string` with the usual order, and the function looks up string literals, `const char*` or views in it. `std::less<>` orders by the same comparison. It is another type, so code that hands the container to something written for the old one does not compile, and nothing else changes.',
  risk: 'A text of unknown length is measured at each comparison. Code that names the old type elsewhere does not compile.',
  expected: 'An allocation a look-up for texts of more than 15 characters; a few nanoseconds for shorter ones.',
  references: ['https://en.cppreference.com/w/cpp/utility/functional/less_void', 'https://en.cppreference.com/w/cpp/container/map/find'],
  apply(fn) {
    const lookups = fn.owned('call_expression').flatMap((node) => lookupOf(fn, node) ?? []);
    const names = [...new Set(lookups.map(({ name }) => name))];
    return names.flatMap((name) => rewrite(fn, name, lookups.find((lookup) => lookup.name === name)?.node as SgNode) ?? []);
  },
};

/** `names.find("key")` and the like, with what is no `std::string`. */
function lookupOf(fn: CppFunction, node: SgNode): { node: SgNode; name: string } | null {
  const call = methodCall(node);
  const [key] = call?.args ?? [];
  if (call === null || !['find', 'count', 'contains', 'lower_bound', 'upper_bound'].includes(call.method) || call.args.length !== 1 || call.receiver.kind() !== 'identifier') return null;
  const binding = key?.kind() === 'identifier' ? fn.binding(key.text()) : null;
  const isText = key?.kind() === 'string_literal' || binding?.type === 'string_view' || (binding?.type === 'char' && ['*', '[]'].includes(binding.indirection));
  return isText ? { node, name: call.receiver.text() } : null;
}

function rewrite(fn: CppFunction, name: string, lookup: SgNode): Answer | null {
  const declared = all(fn.root, 'declaration', 'field_declaration').filter((node) => all(node, 'identifier', 'field_identifier').some((id) => id.text() === name && declares(node, id)));
  const [only] = declared;
  const type = only?.field('type');
  const plain = plainType(type?.text() ?? '', fn.usesStd);
  if (only === undefined || type === undefined || type === null || !/^(?:map|set)<string\b/.test(plain)) return null;
  if (declared.length > 1) return refusal(lookup, `there is more than one \`${name}\` in this file.`);
  // One with an order of its own has a third argument, or a set a second.
  const places = topLevelCommas(plain);
  if (places !== (plain.startsWith('map') ? 1 : 0)) return null;
  const written = type.text();
  if (fn.source.split(written).length > 2) return refusal(lookup, `the type of \`${name}\` is named in other places of the file too, which would have to change with it.`);
  const include = withInclude(fn, 'functional');
  if (include === null) return null;
  const end = endOf(type) - 1;
  return { title: `look texts up in \`${name}\` as they are`, line: lineOf(lookup), edits: [...include, { start: end, end, text: ', std::less<>' }] };
}

/** Whether the name stands where a declaration puts it, by value. */
function declares(node: SgNode, id: SgNode): boolean {
  const parent = id.parent();
  return parent !== null && (parent.id() === node.id() || (parent.kind() === 'init_declarator' && parent.field('declarator')?.id() === id.id() && parent.parent()?.id() === node.id()));
}

function topLevelCommas(type: string): number {
  let depth = 0;
  let found = 0;
  for (const character of type) {
    if ('<('.includes(character)) depth += 1;
    else if ('>)'.includes(character)) depth -= 1;
    else if (character === ',' && depth === 1) found += 1;
  }
  return found;
}
