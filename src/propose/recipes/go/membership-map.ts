import type { SgNode } from '@ast-grep/napi';
import { appendsAreOwn, callsAreKnown, writesOnlyVariables } from '../../go/effects.js';
import type { GoFunction } from '../../go/function.js';
import { isImported } from '../../go/imports.js';
import { callOf } from '../../go/syntax.js';
import { refusal } from '../../native/refusal.js';
import { linesBefore, replaced } from '../../native/lines.js';
import { all, lineOf, startOf } from '../../source/tree.js';
import { hostWork } from '../evidence.js';
import type { GoRecipe } from '../native-recipe.js';
import type { Answer } from '../recipe.js';

/** Below this a scan is faster than a hash. */
const smallest = 16;

export const goMembershipMap: GoRecipe = {
  family: 'go',
  name: 'go-membership-map',
  languages: ['go'],
  category: 'quadratic',
  title: 'Look up in a map what a loop searches for in the same slice again and again',
  evidence: { findings: hostWork, text: '`slices.Contains` or `slices.Index` below the function, or its own time in a loop.' },
  condition: 'The slice holds strings or integers and is a parameter or variable of the function. The loop gives it no other value, writes to no element of any slice, and runs no code that is not known. A short slice is searched as before.',
  risk: 'Building the map costs more than it saves when the loop has few rounds.',
  expected: 'From n * m comparisons to n + m; large from some hundred elements.',
  references: ['https://pkg.go.dev/slices#Contains'],
  apply(fn) {
    if (!isImported(fn, 'slices') || fn.declares('len') || fn.declares('make')) return [];
    return fn.owned('call_expression').flatMap((node) => rewrite(fn, node) ?? []);
  },
};

function rewrite(fn: GoFunction, node: SgNode): Answer | null {
  const call = callOf(node);
  const [slice, value] = call?.args ?? [];
  if (call?.callee !== 'slices.Contains' || call.args.length !== 2 || slice?.kind() !== 'identifier' || value === undefined) return null;
  const element = /^\[\](string|int|int64|int32|uint64|byte|rune)$/.exec(fn.typeOf(slice.text()) ?? '')?.[1];
  const id = fn.binding(slice.text())?.id;
  const around = fn.loopsAround(node);
  if (id === undefined || around.length === 0) return null;
  // The outermost one that goes on with the same slice.
  const loop = around.findLast((at) => startOf(id) < startOf(at));
  const statement = loop === undefined ? null : fn.statementOf(loop);
  if (loop !== undefined && statement === null) return null;
  if (element === undefined) return refusal(node, `the elements of \`${slice.text()}\` are not declared in the function to be texts or whole numbers; of others, such as NaN, a map may find none.`);
  if (loop === undefined || statement === null || startOf(id) > startOf(statement)) return refusal(node, `\`${slice.text()}\` is another slice in each round.`);
  if (fn.isWritten(slice.text(), loop) || !isCalm(fn, loop)) return refusal(node, `the loop may change \`${slice.text()}\`: it writes to elements of slices, or runs code that is not known.`);
  const set = fn.names.fresh(`${slice.text()}Set`);
  const key = fn.names.fresh('element');
  const lookup = value.kind() === 'identifier' || value.kind() === 'selector_expression' ? value.text() : null;
  if (lookup === null) return refusal(node, 'what is looked for is an expression that may have effects.');
  const helper = fn.names.fresh(`in${slice.text().charAt(0).toUpperCase()}${slice.text().slice(1)}`);
  return {
    title: `look up elements of \`${slice.text()}\` in a map`,
    line: lineOf(node),
    edits: [
      linesBefore(
        fn.source,
        statement,
        `var ${set} map[${element}]struct{}`,
        `if len(${slice.text()}) > ${smallest} {`,
        `\t${set} = make(map[${element}]struct{}, len(${slice.text()}))`,
        `\tfor _, ${key} := range ${slice.text()} {`,
        `\t\t${set}[${key}] = struct{}{}`,
        '\t}',
        '}',
        `${helper} := func(${key} ${element}) bool {`,
        `\tif ${set} == nil {`,
        `\t\treturn slices.Contains(${slice.text()}, ${key})`,
        '\t}',
        `\t_, found := ${set}[${key}]`,
        '\treturn found',
        '}',
      ),
      replaced(node, `${helper}(${lookup})`),
    ],
  };
}

/** `slices.Contains` itself reads only. */
function isCalm(fn: GoFunction, loop: SgNode): boolean {
  const known = all(loop, 'call_expression').every((call) => ['slices.Contains', 'slices.Index'].includes(call.field('function')?.text() ?? '') || callsAreKnown(fn, call));
  const others = all(loop, 'go_statement', 'defer_statement', 'func_literal', 'send_statement', 'select_statement', 'receive_statement').length === 0 && !loop.text().includes('<-');
  return known && others && rangesAreKnown(fn, loop) && writesOnlyVariables(fn, loop) && appendsAreOwn(fn, loop);
}

/** Whether no loop goes over a function, which may do anything between the rounds, or over a channel. */
function rangesAreKnown(fn: GoFunction, loop: SgNode): boolean {
  return all(loop, 'range_clause').every((clause) => {
    const over = clause.field('right');
    return over?.kind() !== 'identifier' || !/^(?:func\b|iter\.Seq|chan\b|<-)/.test(fn.typeOf(over.text()) ?? '');
  });
}
