import type { SgNode } from '@ast-grep/napi';
import { callsAreKnown, leaves } from '../../go/effects.js';
import type { GoFunction } from '../../go/function.js';
import { isImported, withImport } from '../../go/imports.js';
import { isCounted, typeOfValue } from '../../go/types.js';
import { refusal } from '../../native/refusal.js';
import { linesAfter, linesBefore, replaced } from '../../native/lines.js';
import { all, lineOf, startOf } from '../../source/tree.js';
import { hostWork } from '../evidence.js';
import type { GoRecipe } from '../native-recipe.js';
import type { Answer } from '../recipe.js';

export const goBufferedOutput: GoRecipe = {
  family: 'go',
  name: 'go-buffered-output',
  languages: ['go'],
  category: 'repeated-work',
  title: 'Print to a buffer in a loop instead of by one system call a line',
  evidence: { findings: hostWork, text: '`syscall.write` or `internal/poll.(*FD).Write` below `fmt.Println` or `fmt.Printf`.' },
  condition: 'The loop runs no code that is not known, so nothing else prints in between; it is not left by `return` or `goto`. The buffer is written out right after the loop, and by `defer` when the loop panics.',
  risk: 'Lines appear in blocks, later than before; a program that is killed in the loop loses the last of them, and lines on stderr may come before those of stdout.',
  expected: 'About a microsecond a line; large for programs that print much.',
  references: ['https://pkg.go.dev/bufio#Writer'],
  apply(fn) {
    if (!isImported(fn, 'fmt')) return [];
    const outermost = fn.owned('for_statement').filter((loop) => fn.loopsAround(loop).length === 0);
    return outermost.flatMap((loop) => rewrite(fn, loop) ?? []);
  },
};

function rewrite(fn: GoFunction, loop: SgNode): Answer | null {
  const callees = all(loop, 'selector_expression').filter((node) => /^fmt\.Print(?:ln|f)?$/.test(node.text()) && node.parent()?.kind() === 'call_expression');
  // Their results would be those of the buffer.
  if (callees.length === 0) return null;
  if (!callees.every((node) => node.parent()?.parent()?.kind() === 'expression_statement')) return refusal(loop, 'the loop uses what printing gives back, which would be that of the buffer.');
  const statement = fn.statementOf(loop);
  if (statement === null) return null;
  if (!callsAreKnown(fn, loop) || /\bFprint|\brecover\b/.test(loop.text())) return refusal(loop, 'the loop runs code that is not known, which may print in between, wait or end the program.');
  if (leaves(fn, loop, 'return_statement', 'goto_statement') || all(loop, 'label_name').length > 0) return refusal(loop, 'the loop may be left by `return`, `goto` or a label, past the writing of the buffer.');
  if (!isBounded(fn, loop)) return refusal(loop, 'the loop may wait for something while its lines lie in the buffer.');
  const imports = [withImport(fn, 'bufio'), withImport(fn, 'os')];
  if (imports.some((edits) => edits === null)) return refusal(loop, 'the name `bufio` or `os` means something else in this file.');
  const writer = fn.names.fresh('out');
  return {
    title: 'print the lines of a loop to a buffer',
    line: lineOf(loop),
    edits: [
      ...imports.flatMap((edits) => edits ?? []),
      linesBefore(fn.source, statement, `${writer} := bufio.NewWriter(os.Stdout)`, `defer ${writer}.Flush()`),
      ...callees.flatMap((callee) => {
        const open = startOf(callee.parent()?.field('arguments') ?? callee) + 1;
        const isEmpty = all(callee.parent()?.field('arguments') ?? callee, 'argument_list')[0]?.namedChildren().length === 0;
        return [replaced(callee, callee.text().replace('Print', 'Fprint')), { start: open, end: open, text: isEmpty ? writer : `${writer}, ` }];
      }),
      linesAfter(fn.source, statement, `${writer}.Flush()`),
    ],
  };
}

/** Other loops, such as over a channel, may wait for something while the lines lie in the buffer. */
function isBounded(fn: GoFunction, loop: SgNode): boolean {
  return all(loop, 'for_statement').every((inner) => {
    const over = inner.namedChildren().find((node) => node.kind() === 'range_clause')?.field('right');
    if (over === undefined || over === null) return inner.namedChildren().some((node) => node.kind() === 'for_clause' && node.field('condition') !== null && node.field('condition')?.text() !== 'true');
    const type = typeOfValue(fn, over);
    return isCounted(type) || type === 'int';
  });
}
