import type { SgNode } from '@ast-grep/napi';
import { endOf, startOf } from '../../source/tree.js';

/** `$NAME` is one node, `$$$NAME` any number of them. */
const variable = /\$\$\$([A-Z_][A-Z0-9_]*)|\$([A-Z_][A-Z0-9_]*)/g;

/**
 * The text with each meta variable replaced by what it matched, and further lines indented as the match is. A variable that
 * matched nothing leaves nothing, as in ast-grep.
 */
export function filled(text: string, match: SgNode, indent: string): string {
  const indented = text.replaceAll('\n', `\n${indent}`);
  return indented.replaceAll(variable, (_all, many: string | undefined, one: string | undefined) => (many === undefined ? (match.getMatch(one ?? '')?.text() ?? '') : textOfAll(match.getMultipleMatches(many))));
}

/** From the first node to the last, with what stands between them. */
function textOfAll(nodes: readonly SgNode[]): string {
  const [first] = nodes;
  const last = nodes.at(-1);
  if (first === undefined || last === undefined) return '';
  return first.getRoot().root().text().slice(startOf(first), endOf(last));
}

/** The names of the meta variables of a text. */
export function variablesOf(text: string): string[] {
  return [...text.matchAll(variable)].map(([, many, one]) => many ?? one ?? '');
}
