import type { SgNode } from '@ast-grep/napi';
import { callsAreKnown } from '../../go/effects.js';
import { isTarget, type GoFunction } from '../../go/function.js';
import { refusal } from '../../native/refusal.js';
import { replaced } from '../../native/lines.js';
import { all, lineOf, parts, startOf, within } from '../../source/tree.js';
import { hostWork } from '../evidence.js';
import type { GoRecipe } from '../native-recipe.js';
import type { Answer } from '../recipe.js';

export const goCommaOk: GoRecipe = {
  family: 'go',
  name: 'go-comma-ok',
  languages: ['go'],
  category: 'repeated-work',
  title: 'Keep the value that a look-up in a map has found instead of looking it up again',
  evidence: { findings: hostWork, text: '`runtime.mapaccess` below the function.' },
  condition: 'The map is a variable whose type the function declares, the key a variable or literal. Until the last of the look-ups neither is written to, no element of any map is, and no code runs that is not known.',
  risk: 'A large value is copied once more than needed.',
  expected: 'A third to a half of the time spent in the map.',
  references: ['https://go.dev/ref/spec#Index_expressions'],
  apply(fn) {
    return fn.owned('if_statement').flatMap((node) => rewrite(fn, node) ?? []);
  },
};

function rewrite(fn: GoFunction, node: SgNode): Answer | null {
  const initializer = node.field('initializer');
  const body = node.field('consequence');
  const [ignored, ok] = parts(initializer?.field('left') ?? node);
  const [lookup] = parts(initializer?.field('right') ?? node);
  if (initializer?.kind() !== 'short_var_declaration' || body === null || ignored?.text() !== '_' || ok === undefined || lookup?.kind() !== 'index_expression') return null;
  if (node.field('condition')?.text() !== ok.text()) return null;
  const map = lookup.field('operand');
  const key = lookup.field('index');
  if (map?.kind() !== 'identifier' || key === null) return null;
  const again = all(body, 'index_expression').filter((at) => at.text() === lookup.text() && !fn.isDeferred(at));
  const last = again.at(-1);
  if (last === undefined) return null;
  if (fn.typeOf(map.text())?.startsWith('map[') !== true) return refusal(node, `the function does not declare \`${map.text()}\`, so other code may have it.`);
  if (!isStable(fn, key, body)) return refusal(node, `\`${key.text()}\` may be another key at the second look-up.`);
  if (again.some((at) => isTarget(at.field('operand') ?? at)) || fn.loopsAround(last).some((loop) => within(loop, body))) return refusal(node, `the branch writes to \`${lookup.text()}\`, or looks it up in a loop.`);
  // Only what runs before the last of the look-ups can change what it finds.
  const before = all(body, 'call_expression', 'assignment_statement', 'inc_statement', 'dec_statement', 'defer_statement', 'go_statement', 'func_literal', 'send_statement', 'for_statement').filter((at) => startOf(at) < startOf(last));
  if (before.some((at) => !isCalm(fn, at, last)) || fn.isWritten(map.text(), body)) return refusal(node, `code before the second look-up may change \`${map.text()}\`.`);
  const value = fn.names.fresh('found');
  return { title: `look \`${lookup.text()}\` up once`, line: lineOf(node), edits: [replaced(ignored, value), ...again.map((at) => replaced(at, value))] };
}

function isStable(fn: GoFunction, key: SgNode, body: SgNode): boolean {
  if (['interpreted_string_literal', 'int_literal', 'rune_literal'].includes(String(key.kind()))) return true;
  return key.kind() === 'identifier' && fn.binding(key.text()) !== null && !fn.isWritten(key.text(), body);
}

function isCalm(fn: GoFunction, node: SgNode, last: SgNode): boolean {
  // The call or assignment that the look-up is a part of runs after it.
  if (within(last, node)) return ['call_expression', 'assignment_statement'].includes(String(node.kind())) && !/^(?:delete|clear)\(/.test(node.text()) && all(node, 'func_literal').length === 0;
  if (node.kind() === 'call_expression') return callsAreKnown(fn, node) && !/^(?:delete|clear|copy)\(/.test(node.text());
  if (node.kind() !== 'assignment_statement') return false;
  return parts(node.field('left') ?? node).every((target) => target.kind() === 'identifier');
}
