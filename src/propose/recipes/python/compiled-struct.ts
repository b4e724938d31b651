import type { SgNode } from '@ast-grep/napi';
import type { PyFunction } from '../../python/function.js';
import { importedPath } from '../../python/imports.js';
import { insertInModule } from '../../python/regions.js';
import { endOf, lineOf, parts, startOf } from '../../source/tree.js';
import { hostWork } from '../evidence.js';
import type { PythonRecipe } from '../recipe.js';

const functions = new Set(['pack', 'unpack', 'pack_into', 'unpack_from', 'iter_unpack']);

export const compiledStruct: PythonRecipe = {
  family: 'python',
  name: 'compiled-struct',
  languages: ['python'],
  category: 'repeated-work',
  title: 'Make a `struct.Struct` of a constant format once a module instead of giving the format in every call',
  evidence: { findings: hostWork, text: 'Time in the functions of `struct`: readers and writers of binary files.' },
  condition: 'The format is a literal, and the function that of the module `struct` by an import at the top of the file. The functions are defined as making a Struct and calling its method; the rest of the arguments stay as they are.',
  risk: 'A format that is not valid fails at import instead of at the call; a profiled function has run it.',
  expected: 'Two to three times faster a call, a tenth of a microsecond each.',
  references: ['https://docs.python.org/3/library/struct.html#struct.Struct'],
  apply(fn) {
    const methods = new Map<string, string>();
    const edits = fn.owned('call').flatMap((node) => {
      const use = structUse(fn, node);
      if (use === null) return [];
      const method = `(${use.format}).${use.name}`;
      const name = methods.get(method) ?? fn.names.fresh(`_${use.name}`);
      methods.set(method, name);
      return [{ node, edit: { start: startOf(node), end: endOf(node), text: `${name}(${use.rest.join(', ')})` } }];
    });
    const first = edits[0];
    if (first === undefined) return [];
    const made = fn.names.fresh('_Struct');
    const definitions = [...methods].map(([method, name]) => `${name} = ${made}${method}\n`).join('');
    return [{ title: `read the format of ${methods.size === 1 ? 'a struct' : `${methods.size} structs`} once`, line: lineOf(first.node), edits: [...edits.map(({ edit }) => edit), ...insertInModule(fn, `from struct import Struct as ${made}\n\n${definitions}\n`)] }];
  },
};

function structUse(fn: PyFunction, node: SgNode): { name: string; format: string; rest: string[] } | null {
  const callee = node.field('function');
  const args = node.field('arguments');
  const path = callee === null ? null : importedPath(fn, callee);
  const name = path?.startsWith('struct.') === true ? path.slice('struct.'.length) : '';
  const [format, ...rest] = args?.kind() === 'argument_list' ? parts(args) : [];
  if (!functions.has(name) || format?.kind() !== 'string' || !/^[bB]?(["'])[^"'\\{]*\1$/.test(format.text())) return null;
  // `format=` is the only argument that a Struct does not take.
  return rest.some((arg) => arg.kind() === 'keyword_argument' && arg.field('name')?.text() === 'format') ? null : { name, format: format.text(), rest: rest.map((arg) => arg.text()) };
}
