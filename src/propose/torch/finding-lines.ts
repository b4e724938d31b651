import { lineOf } from '../source/tree.js';
import type { SgNode } from '@ast-grep/napi';
import type { TorchProgram } from './program.js';

/** The 1-based lines in its function that a finding names; empty where it names the function as a whole. */
export function namedLines({ finding, scope, module }: TorchProgram): number[] {
  const start = scope.parent() === null ? 1 : lineOf(scope);
  const first = scope.parent()?.kind() === 'decorated_definition' ? lineOf(scope.parent() as SgNode) : start;
  const lines = [...new Set([finding.line, ...finding.hotLines.map(({ line }) => line)])];
  const text = module.source.split('\n');
  const isHead = (line: number): boolean => line >= first && line <= start;
  return lines.filter((line) => !isHead(line) && line > 1 && (text[line - 1] ?? '').trim() !== '');
}

/** Whether a finding is about the node: it names no line, or one in or right around it. */
export function isNamed(program: TorchProgram, node: SgNode, slack = 3): boolean {
  const lines = namedLines(program);
  return lines.length === 0 || lines.some((line) => line >= lineOf(node) - slack && line <= node.range().end.line + 1 + slack);
}
