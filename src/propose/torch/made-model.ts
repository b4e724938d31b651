import type { SgNode } from '@ast-grep/napi';
import { all, ancestorWhere, startOf } from '../source/tree.js';
import { methodOf } from './call.js';
import { isMade } from './model-calls.js';
import { classOf, isModule } from './models.js';
import type { PyModule } from './module.js';
import { originsOf } from './origins.js';
import type { TorchProgram } from './program.js';
import { loopsAround, statementOf } from './statements.js';

export interface MadeModel {
  module: PyModule;
  name: string;
  /** The last statement that makes the model or moves it. */
  after: SgNode;
}

/** The one name that a model of the repository, which no other model has as a part, is made under. */
export function modelMade(program: TorchProgram): MadeModel | null {
  const found: MadeModel[] = [];
  for (const module of program.modules) {
    for (const assignment of all(module.root, 'assignment')) {
      const left = assignment.field('left');
      const right = assignment.field('right');
      if (left === null || right?.kind() !== 'call' || loopsAround(module, assignment).length > 0 || !(left.kind() === 'identifier' || isHeld(program, module, left))) continue;
      const made = classOf(program, { module, node: right });
      const isCall = (made !== null && isModule(program, made)) || (made === null && originsOf(program, { module, node: right }).some((origin) => origin.node.kind() === 'call' && isMade(program, origin)));
      if (!isCall || found.some((other) => other.module === module && other.name === left.text() && startOf(module.scopeOf(other.after)) === startOf(module.scopeOf(left)))) continue;
      const scope = module.scopeOf(left);
      const moves = all(scope, 'call').filter((call) => ['to', 'cuda', 'load_state_dict', 'train', 'eval'].includes(methodOf(call)?.method ?? '') && methodOf(call)?.receiver.text() === left.text() && loopsAround(module, call).length === 0 && statementOf(call).parent()?.id() === statementOf(assignment).parent()?.id());
      const last = moves.map(statementOf).filter((statement) => ['to', 'cuda'].some((method) => statement.text().includes(`.${method}(`))).at(-1);
      found.push({ module, name: left.text(), after: last === undefined || startOf(last) < startOf(assignment) ? statementOf(assignment) : last });
    }
  }
  // An object that trains holds the model that a script has made and given to it.
  const held = found.filter(({ name }) => name.startsWith('self.'));
  const chosen = held.length === 1 && found.length === 2 ? held : found;
  return chosen.length === 1 ? (chosen[0] ?? null) : null;
}

/** `self.model` of a class that is no model itself. */
function isHeld(program: TorchProgram, module: PyModule, left: SgNode): boolean {
  const owner = ancestorWhere(left, (at) => at.kind() === 'class_definition');
  return /^self\.\w+$/.test(left.text()) && owner !== null && !isModule(program, { module, node: owner });
}
