import type { SgNode } from '@ast-grep/napi';
import { isTarget } from '../../propose/python/bindings.js';
import { all, lineOf, parts } from '../../propose/source/tree.js';
import type { Found } from '../found.js';
import { whys } from '../whys.js';
import { importedNames } from './imports.js';

/** Assignments to what was imported: `module.name = …`, `Class.method = …`, `setattr(module, …)`, and the dictionaries behind them. */
export function pythonPatched(root: SgNode): Found[] {
  const imported = importedNames(root);
  const isImported = (node: SgNode | undefined | null): boolean => node?.kind() === 'identifier' && imported.has(node.text());
  const targets = all(root, 'attribute', 'subscript').filter((node) => isTarget(node) && node.text().includes('.') && isImported(rootOf(node)));
  const setters = all(root, 'call').filter((call) => /^(?:setattr|delattr|vars|(?:\w+\.)?__(?:setattr|delattr)__)$/.test(call.field('function')?.text() ?? '') && isImported(parts(call.field('arguments') ?? call)[0]));
  const dictionaries = all(root, 'attribute').filter((node) => node.field('attribute')?.text() === '__dict__' && isImported(node.field('object')));
  return [...targets, ...setters, ...dictionaries].map((node) => ({ code: 'patched', key: node.text().replaceAll(/\s+/g, ''), lines: [lineOf(node)], why: whys.patched }));
}

/** The name that a chain of attributes and subscripts begins with. */
function rootOf(node: SgNode): SgNode | null {
  let at: SgNode | null = node;
  while (at !== null && ['attribute', 'subscript'].includes(String(at.kind()))) at = at.field(at.kind() === 'attribute' ? 'object' : 'value');
  return at;
}
