import type { SgNode } from '@ast-grep/napi';
import { lineOf, parts } from '../../source/tree.js';
import { calledThere, definitionBehind } from '../../torch/called-there.js';
import { mayBeAbout } from '../../torch/finding-topics.js';
import type { PyModule } from '../../torch/module.js';
import type { Located, TorchProgram } from '../../torch/program.js';
import { intervalAround, loopsAround, owned, statementOf, withoutStatement } from '../../torch/statements.js';
import type { Refusal, Rewrite, TextEdit, TorchRecipe } from '../recipe.js';

const calls = new Map([
  ['torch.cuda.empty_cache', 'gives memory back to the driver, which the next step asks for again'],
  ['torch.cuda.ipc_collect', 'looks for memory that other processes have shared'],
  ['gc.collect', 'looks through all objects of Python'],
]);

export const keptCache: TorchRecipe = {
  family: 'torch',
  name: 'kept-cache',
  languages: ['python'],
  category: 'waiting',
  title: 'Keep the allocator\'s memory: no `torch.cuda.empty_cache()` or `gc.collect()` in each step',
  evidence: { findings: ['C3', 'C1', 'C5', 'C7', 'H'], text: '`cudaFree` and `cudaMalloc` in each iteration, or the device waits while Python collects garbage.' },
  condition: 'The call stands in a loop and what it returns is not used. It changes no value: memory that tensors have let go is used again without it. A call that is made now and then, after an exception or where a model is dropped, stays, as do calls in code that measures memory.',
  risk: 'Other processes on the device see less free memory. Objects in cycles that hold tensors live until Python collects them by itself.',
  expected: 'The wait for the device, and the time of allocation, in each step.',
  references: ['https://pytorch.org/docs/stable/notes/cuda.html#memory-management', 'https://pytorch.org/docs/stable/generated/torch.cuda.memory.empty_cache.html'],
  apply(program) {
    if (!mayBeAbout(program, 'memory', 'reading', 'launches')) return [];
    const here = answersIn(program, { module: program.module, node: program.scope });
    return here.length > 0 ? here : calledThere(program).flatMap((place) => answersIn(program, place));
  },
};

function answersIn(program: TorchProgram, { module, node }: Located): (Rewrite | Refusal)[] {
  const found = owned(module, node, 'call').filter((call) => calls.has(module.pathOf(call.field('function')) ?? ''));
  const answers = found.map((call) => answerOf(program, module, node, call));
  const edits = answers.flatMap((answer) => ('edit' in answer ? [answer] : []));
  const refusals = answers.flatMap((answer): Refusal[] => ('reason' in answer ? [answer] : []));
  const [first] = edits;
  if (first === undefined) return refusals;
  return [{ title: `keep the memory of the allocator${module === program.module ? '' : ` in ${module.file}`}`, line: first.line, edits: edits.map(({ edit }) => edit) }, ...refusals];
}

function answerOf(program: TorchProgram, module: PyModule, scope: SgNode, call: SgNode): { line: number; edit: TextEdit } | Refusal {
  const line = lineOf(call);
  const statement = statementOf(call);
  const loop = loopsAround(module, call)[0];
  if (parts(statement)[0]?.id() !== call.id()) return { line, reason: 'What it returns is used.' };
  if (loop === undefined && !isStep(program, { module, node: scope })) return { line, reason: 'It does not stand in a loop: it is called once.' };
  const interval = loop === undefined ? null : intervalAround(call, loop);
  if (interval !== null) return { line, reason: `It is called only where \`${interval.text()}\` holds.` };
  const around = aroundCall(statement, loop ?? scope);
  if (around !== null) return { line, reason: around };
  const measured = owned(module, loop ?? scope, 'call').find((one) => /^torch\.cuda\.(?:memory_\w+|max_memory_\w+|reset_\w*memory\w*|mem_get_info|memory\.\w+)$/.test(module.pathOf(one.field('function')) ?? '') && !/empty_cache/.test(one.text()));
  if (measured !== undefined) return { line, reason: `Line ${lineOf(measured)} measures the memory in use, which this call is a part of.` };
  const dropped = (loop === undefined ? [] : owned(module, loop, 'delete_statement')).find((node) => /\b(?:model|net|pipe|pipeline|trainer|optimizer)\b/.test(node.text()));
  if (dropped !== undefined) return { line, reason: `Line ${lineOf(dropped)} drops a whole model, whose memory another may need.` };
  return { line, edit: withoutStatement(module, withItsQuestion(statement)) };
}

/** With an `if` around it that has nothing else in it. */
function withItsQuestion(statement: SgNode): SgNode {
  const block = statement.parent();
  const around = block?.parent();
  return block !== null && block !== undefined && around?.kind() === 'if_statement' && parts(block).length === 1 && around.field('alternative') === null ? withItsQuestion(around) : statement;
}

/** Whether a function is called in a loop, as a step of it. */
function isStep(program: TorchProgram, definition: Located): boolean {
  return definition.node.kind() === 'function_definition' && program.modules.some((module) => owned(module, module.root, 'call').concat(module.root.findAll({ rule: { kind: 'call' } })).some((call) => loopsAround(module, call).length > 0 && sameDefinition(definitionBehind(program, { module, node: call }), definition)));
}

function sameDefinition(found: Located | null, other: Located): boolean {
  return found !== null && found.module === other.module && found.node.id() === other.node.id();
}

/** Why the call is none of each step: it is made after an exception, or under a condition. */
function aroundCall(statement: SgNode, limit: SgNode): string | null {
  for (let at = statement.parent(); at !== null && at.id() !== limit.id(); at = at.parent()) {
    if (at.kind() === 'except_clause' || at.kind() === 'finally_clause') return 'It is called after an exception.';
    const condition = at.kind() === 'if_statement' ? (at.field('condition')?.text() ?? '') : '';
    if (condition !== '' && !/^(?:torch\.cuda\.is_available\(\)|.*\bcuda\b.*|use_gpu|\w*device\w*.*)$/.test(condition)) return `It is called only where \`${condition}\` holds.`;
    if (at.kind() === 'elif_clause' || at.kind() === 'else_clause') return 'It is called in one branch only.';
  }
  return null;
}
