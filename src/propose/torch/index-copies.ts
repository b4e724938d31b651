import { parts } from '../source/tree.js';
import { dataKind } from './data-kind.js';
import { sourcesOf } from './flow.js';
import type { Located, TorchProgram } from './program.js';

/** Calls that give several places, and no single one. */
const places = /^(?:torch\.(?:randint|randperm|arange|multinomial|nonzero)|numpy\.(?:arange|random\.permutation))$/;

/** Whether what is taken of a tensor (`data[chosen]`) is a copy for sure: by places in a tensor, array or list. A number or a slice gives a view. */
export function isCopiedByIndex(program: TorchProgram, { module, node }: Located): boolean {
  return parts(node).slice(1).some((index) => {
    const sources = sourcesOf(program, { module, node: index });
    return sources.length > 0 && sources.every((source) => arePlaces(program, source));
  });
}

function arePlaces(program: TorchProgram, { module, node }: Located): boolean {
  if (node.kind() === 'list' || node.kind() === 'list_comprehension') return true;
  if (node.kind() === 'subscript') {
    const of = node.field('value');
    return of !== null && parts(node).at(-1)?.kind() === 'slice' && ['tensor', 'array', 'list'].includes(dataKind(program, { module, node: of }));
  }
  // A tensor without dimensions, by `()`, is a single place.
  return node.kind() === 'call' && places.test(module.pathOf(node.field('function')) ?? '') && !node.text().includes('()');
}
