import type { SgNode } from '@ast-grep/napi';
import type { Finding } from '../../core/finding.js';
import { all, lineOf } from '../source/tree.js';

/**
 * The function that a finding is about. The line may be that of the function or any in it; the function may be named with
 * its class, as its class alone (then its `forward` or `__call__`), or as the module. Without a fitting name the line decides.
 */
export function scopeOfFinding(root: SgNode, finding: Pick<Finding, 'function' | 'line'>): SgNode {
  const [name = '', className] = finding.function.replace(/\(.*\)$/, '').split('.').toReversed();
  const functions = all(root, 'function_definition');
  const around = functions.filter((node) => firstLine(node) <= finding.line && lastLine(node) >= finding.line);
  const named = functions.filter((node) => nameOf(node) === name);
  const ofClass = named.filter((node) => className === undefined || classOf(node) === className);
  const best = nearest(ofClass.length > 0 ? ofClass : named, finding.line) ?? nearest(functions.filter((node) => ['forward', '__call__'].includes(nameOf(node)) && classOf(node) === name), finding.line);
  if (best !== null) return best;
  return isModuleName(name) && around.length === 0 ? root : (around.at(-1) ?? root);
}

/** What profilers and `perfloop analyze` call the code of a file outside of functions. */
function isModuleName(name: string): boolean {
  return name === '' || /^[<(](?:module|anonymous)[>)]$/.test(name);
}

/** The one around the line, else the one that begins nearest to it. */
function nearest(functions: SgNode[], line: number): SgNode | null {
  const distance = (node: SgNode): number => (firstLine(node) <= line && lastLine(node) >= line ? 0 : Math.abs(firstLine(node) - line));
  return functions.toSorted((a, b) => distance(a) - distance(b) || firstLine(b) - firstLine(a))[0] ?? null;
}

function firstLine(node: SgNode): number {
  const parent = node.parent();
  return parent?.kind() === 'decorated_definition' ? lineOf(parent) : lineOf(node);
}

const lastLine = (node: SgNode): number => node.range().end.line + 1;
const nameOf = (node: SgNode): string => node.field('name')?.text() ?? '';

function classOf(node: SgNode): string | null {
  for (let at = node.parent(); at !== null; at = at.parent()) {
    if (at.kind() === 'function_definition') return null;
    if (at.kind() === 'class_definition') return nameOf(at);
  }
  return null;
}
