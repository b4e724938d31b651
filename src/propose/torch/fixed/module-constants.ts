import type { SgNode } from '@ast-grep/napi';
import { all, same } from '../../source/tree.js';
import { changedInPlace } from '../item-paths.js';
import { candidatesFor } from '../module-files.js';
import type { PyModule } from '../module.js';
import type { Located, TorchProgram } from '../program.js';
import { statementOf } from '../statements.js';
import { isPureBuiltin, isPureFunction } from './pure-calls.js';

/** The value of a name that a file of the repository gives it once, at its top level, and that nothing changes: `SPECIES`, `CLASS_WEIGHTS`. Null for others. */
export function constantOfModule(program: TorchProgram, { module }: Pick<Located, 'module'>, expression: SgNode): Located | null {
  const path = module.pathOf(expression);
  if (path !== null) {
    if (/^(?:torch|math|numpy)\.\w+$/.test(path)) return { module, node: expression };
    for (const { file, rest } of candidatesFor(module.file, path)) {
      const [name, further] = rest;
      const other = program.moduleAt(file);
      if (other !== null && name !== undefined && further === undefined && other !== module) return valueIn(program, other, name);
    }
    return null;
  }
  return expression.kind() === 'identifier' ? valueIn(program, module, expression.text()) : null;
}

function valueIn(program: TorchProgram, module: PyModule, name: string): Located | null {
  const writes = module.names(module.root).uses(name).filter(({ role, deferred }) => role === 'foreign' || role === 'declare' || (role === 'write' && !deferred));
  const assignment = writes[0]?.node.parent() ?? null;
  const value = assignment?.kind() === 'assignment' ? assignment.field('right') : null;
  if (writes.length !== 1 || assignment === null || value === null || value.kind() === 'assignment' || !same(assignment.field('left'), writes[0]?.node ?? null) || !same(statementOf(assignment).parent(), module.root)) return null;
  if (all(module.root, 'global_statement').some((one) => one.namedChildren().some((child) => child.text() === name))) return null;
  const changed = program.modules.some((around) => around.source.includes(name) && (changedInPlace(around.root, new Set([name])) !== null || all(around.root, 'assignment', 'augmented_assignment').some((one) => new RegExp(`(?:^|[\\s,(])\\w+\\.${name}$`).test(one.field('left')?.text() ?? ''))));
  const isHandedOn = !/^_?[A-Z][A-Z\d_]*$/.test(name) && ['list', 'dictionary', 'set', 'list_comprehension', 'dictionary_comprehension', 'call'].includes(String(value.kind())) && mayBeChangedBy(module, name);
  return changed || isHandedOn ? null : { module, node: value };
}

/** Whether a list or the like is given to code that is not seen here. */
function mayBeChangedBy(module: PyModule, name: string): boolean {
  return all(module.root, 'identifier').some((id) => {
    const call = id.text() === name && id.parent()?.kind() === 'argument_list' ? (id.parent()?.parent() ?? null) : null;
    if (call === null) return false;
    const callee = call.field('function');
    return !isPureFunction(module.pathOf(callee) ?? '') && !isPureBuiltin(callee?.text() ?? '');
  });
}
