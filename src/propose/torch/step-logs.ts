import type { SgNode } from '@ast-grep/napi';
import type { Refusal, Rewrite } from '../recipes/recipe.js';
import { all, ancestorWhere, lineOf, parts, same } from '../source/tree.js';
import { methodOf } from './call.js';
import { isReader, tensorOf } from './device-reads.js';
import { logEdits } from './fetch-edits.js';
import { isLog } from './logging.js';
import type { PyModule } from './module.js';
import { isPointedAt } from './pointed.js';
import type { TorchProgram } from './program.js';
import { loopsAround, owned, statementOf } from './statements.js';

/** For a function that makes one step, and that loops call: how to put what it logs under a condition on the count of steps. */
export function stepLogAnswers(program: TorchProgram, every: number): (Rewrite | Refusal)[] {
  const { module, scope } = program;
  if (scope.kind() !== 'function_definition') return [];
  const reads = owned(module, scope, 'call').filter((call) => isReader(module, call) && loopsAround(module, call).length === 0);
  const isLogged = (read: SgNode): boolean => statementOf(read).kind() === 'expression_statement' && isLog(module, parts(statementOf(read))[0] ?? read);
  const logged = reads.filter(isLogged).map(statementOf).filter((one, i, rest) => rest.findIndex((other) => same(other, one)) === i);
  const pointed = logged.find((statement) => isPointedAt(program, statement));
  if (pointed === undefined || !isCalledByLoop(program)) return [];
  // A method of the repository may keep what it is given, to compute with it later.
  const method = methodOf(parts(pointed)[0] ?? null)?.method;
  if (method !== undefined && program.modules.some((other) => all(other.root, 'function_definition').some((fn) => fn.field('name')?.text() === method))) return [];
  const line = lineOf(pointed);
  if (isAsked(pointed, scope)) return [{ line, reason: 'It logs only now and then.' }];
  const shown = reads.filter(isLogged).map((read) => tensorOf(module, read)?.text());
  const needed = reads.find((read) => !isLogged(read) && shown.includes(tensorOf(module, read)?.text()));
  if (needed !== undefined) return [{ line, reason: `The value of \`${needed.text()}\` is needed in line ${lineOf(needed)} too, in every step.` }];
  const count = countOf(module, scope);
  if (count === null) return [{ line, reason: 'The function does not count its steps.' }];
  const beside = logged.filter((statement) => same(statement.parent(), pointed.parent()));
  const edits = logEdits(module, [], beside, `${count} % ${every} == 0`);
  return edits === null ? [] : [{ title: `log every ${every} steps`, line, edits }];
}

/** A loop of the files around calls the function by its name. */
function isCalledByLoop(program: TorchProgram): boolean {
  const name = program.scope.field('name')?.text() ?? '';
  return program.modules.some((module) => module.source.includes(name) && all(module.root, 'call').some((call) => (methodOf(call)?.method ?? call.field('function')?.text()) === name && loopsAround(module, call).length > 0));
}

function isAsked(statement: SgNode, scope: SgNode): boolean {
  return ancestorWhere(statement, (at) => at.kind() === 'if_statement', scope) !== null;
}

/** `self.step` where the function does `self.step += 1`, or the argument that counts. */
function countOf(module: PyModule, scope: SgNode): string | null {
  const counted = owned(module, scope, 'augmented_assignment').find((node) => node.field('operator')?.text() === '+=' && node.field('right')?.text() === '1' && /^self\.\w*(?:step|iter|count|batch|update)\w*$/.test(node.field('left')?.text() ?? '') && same(statementOf(node).parent(), scope.field('body')));
  if (counted !== undefined) return counted.field('left')?.text() ?? null;
  const names = parts(scope.field('parameters') ?? scope).map((parameter) => (parameter.kind() === 'identifier' ? parameter : (parameter.field('name') ?? parameter.namedChildren()[0] ?? parameter)).text());
  return names.find((name) => /^(?:step|iteration|it|batch_idx|batch_index|i|idx|global_step|n_iter|iter_num|step_idx|step_num)$/.test(name)) ?? null;
}
