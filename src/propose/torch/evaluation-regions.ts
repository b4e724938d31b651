import type { SgNode } from '@ast-grep/napi';
import { lineOf, parts, same, startOf, within } from '../source/tree.js';
import { methodOf } from './call.js';
import { escapesOf, exposedReads, namesWrittenIn } from './escapes.js';
import { namedLines } from './finding-lines.js';
import { gradientsUsed, isWithoutGradients, switchesGradients } from './grad-mode.js';
import { trainingCallee } from './gradient-flow.js';
import { isFrozen } from './frozen-models.js';
import { gradientSink } from './gradient-sinks.js';
import { recordingModelCalls } from './model-calls.js';
import type { PyModule } from './module.js';
import type { TorchProgram } from './program.js';
import { loopsAround, owned, statementOf } from './statements.js';
import { kindOf } from './value-kinds.js';

/** Statements of one block that run a model whose gradients nobody takes, in a scope that also trains or is a script. */
export interface EvaluationRegion {
  statements: SgNode[];
  models: SgNode[];
  /** Whether no tensor of the region is used outside. */
  numbersOnly: boolean;
  /** Why gradients may be needed after all; null where they are not. */
  reason: string | null;
}

/** The regions that a finding may be about; of those with a reason only what is set to evaluate. */
export function evaluationRegions(program: TorchProgram, module: PyModule, scope: SgNode): EvaluationRegion[] {
  const regions: EvaluationRegion[] = [];
  for (const call of recordingModelCalls(program, module, scope)) {
    if (regions.some(({ statements }) => statements.some((statement) => within(call, statement)))) continue;
    const statements = smallest(program, module, call, statementsAround(module, call));
    if (statements === null) continue;
    const models = recordingModelCalls(program, module, scope).filter((other) => statements.some((statement) => within(other, statement)));
    const found = judged(program, module, statements);
    regions.push({ statements, models, ...found, reason: found.reason !== null && models.every((model) => isFrozen(program, module, model)) && gradientsUsed(module, statements[0] as SgNode) === null ? null : found.reason });
  }
  const lines = namedLines(program);
  return merged(regions).filter(({ statements, reason }) => {
    const [first, last] = [statements[0], statements.at(-1)];
    if (first === undefined || last === undefined) return false;
    const isNamed = lines.length === 0 || module !== program.module || lines.some((line) => line >= lineOf(first) - 4 && line <= last.range().end.line + 2);
    return isNamed && (reason === null || afterEval(module, first));
  });
}

/** Statements that follow each other become one region. */
function merged(regions: readonly EvaluationRegion[]): EvaluationRegion[] {
  const found: EvaluationRegion[] = [];
  for (const region of regions.toSorted((a, b) => startOf(a.statements[0] as SgNode) - startOf(b.statements[0] as SgNode))) {
    const last = found.at(-1);
    const [first] = region.statements;
    if (last?.reason === null && region.reason === null && first !== undefined && same(nextStatement(last.statements.at(-1) as SgNode), first)) {
      last.statements.push(...region.statements);
      last.models.push(...region.models);
      last.numbersOnly &&= region.numbersOnly;
    } else found.push(region);
  }
  return found;
}

function nextStatement(statement: SgNode): SgNode | null {
  const siblings = parts(statement.parent() ?? statement);
  return siblings[siblings.findIndex((node) => same(node, statement)) + 1] ?? null;
}

/** The outermost loop around a call that takes no gradients, or its statement: what it gives records nothing then. Null where these train. */
function statementsAround(module: PyModule, call: SgNode): SgNode[] | null {
  const loop = loopsAround(module, call).filter((around) => gradientsUsed(module, around) === null && afterMode(module, around, call)).at(-1);
  if (loop !== undefined) return [loop];
  const first = statementOf(call);
  if (gradientsUsed(module, first) !== null || !['expression_statement', 'for_statement', 'with_statement', 'if_statement'].includes(String(first.kind()))) return null;
  return [first];
}

/** Lines of a loop from which on only the statement with the call goes under the mode, where that is enough: what it gives records nothing either way. */
const longLoop = 9;

function smallest(program: TorchProgram, module: PyModule, call: SgNode, statements: SgNode[] | null): SgNode[] | null {
  const [loop] = statements ?? [];
  const own = statementOf(call);
  if (loop === undefined || loop.kind() !== 'for_statement' || loop.range().end.line - loop.range().start.line < longLoop || own.kind() !== 'expression_statement' || same(own, loop)) return statements;
  const calls = recordingModelCalls(program, module, loop);
  return calls.every((other) => within(other, own)) && judged(program, module, [own]).reason === null ? [own] : statements;
}

/** Whether `.eval()` that the model was set to stands in front of the loop, where it stands in front of the call. */
function afterMode(module: PyModule, loop: SgNode, call: SgNode): boolean {
  const receiver = call.field('function')?.text() ?? '';
  const train = owned(module, loop, 'call').find((node) => methodOf(node)?.method === 'train' && methodOf(node)?.receiver.text() === receiver && startOf(node) < startOf(call));
  return train === undefined;
}

function judged(program: TorchProgram, module: PyModule, statements: readonly SgNode[]): Pick<EvaluationRegion, 'numbersOnly' | 'reason'> {
  let numbersOnly = true;
  for (const statement of statements) {
    const refuse = (reason: string): Pick<EvaluationRegion, 'numbersOnly' | 'reason'> => ({ numbersOnly: false, reason });
    if (switchesGradients(module, statement) !== null || isWithoutGradients(module, statement)) return refuse('It runs without gradients already.');
    const takes = gradientsUsed(module, statement);
    if (takes !== null) return refuse(`Line ${lineOf(takes)} takes gradients.`);
    const callee = trainingCallee(program, module, statement);
    if (callee !== null) return refuse(`It calls \`${callee}\`, which takes gradients.`);
    const escape = escapesOf(program, module, statement).find(({ kind }) => kind === 'graph');
    if (escape !== undefined) return refuse(`Line ${lineOf(escape.node)} keeps or returns a tensor, through which gradients may be taken.`);
    if (escapesOf(program, module, statement).some(({ kind }) => kind === 'detached')) numbersOnly = false;
    for (const name of namesWrittenIn(module, statement)) {
      const reads = exposedReads(module, statement, name.text()).filter((read) => !statements.some((other) => within(read, other)));
      const kind = kindOf(program, module, name);
      if (reads.length === 0 || kind === 'host') continue;
      numbersOnly = false;
      if (kind === 'detached' && statements.length === 1) continue;
      const sink = gradientSink(program, module, statements.at(-1) ?? statement, 0, [name], statements);
      if (sink !== null) return refuse(`Gradients may be taken through \`${name.text()}\`, which line ${lineOf(sink)} uses.`);
    }
  }
  return { numbersOnly, reason: null };
}

/** Whether a model is set to evaluate in front of the statement, and not to train in between. */
export function afterEval(module: PyModule, statement: SgNode): boolean {
  const modes = owned(module, module.scopeOf(statement), 'call').filter((call) => ['eval', 'train'].includes(methodOf(call)?.method ?? '') && startOf(call) < startOf(statement) && methodOf(call)?.receiver.kind() !== 'call');
  return methodOf(modes.at(-1) ?? null)?.method === 'eval';
}
