import type { SgNode } from '@ast-grep/napi';
import type { Refusal, Rewrite, TextEdit } from '../recipes/recipe.js';
import { all, endOf, lineOf, parts, same, startOf } from '../source/tree.js';
import { argument, methodOf } from './call.js';
import { deferredReads, type Kept } from './deferred-reads.js';
import { deviceReads, type DeviceRead } from './device-reads.js';
import { fetchEdits, logEdits } from './fetch-edits.js';
import type { PyModule } from './module.js';
import type { TorchProgram } from './program.js';
import { intervalAround, owned } from './statements.js';

/** How often a statement logs that did so in every iteration. */
const logEvery = 50;

export interface DeferredOptions {
  /** Whether statements that log in every iteration may do so less often. */
  logs: boolean;
  wants: (kept: readonly Kept[]) => boolean;
  /** Whether this recipe is the one that says why such reads stay: several look at the same ones. */
  refuses: (reads: readonly DeviceRead[]) => boolean;
}

/** For each loop of the finding's scope that waits for values: how to fetch them later, where the plan is a wanted one. */
export function deferredAnswers(program: TorchProgram, { logs, wants, refuses }: DeferredOptions): (Rewrite | Refusal)[] {
  const { module } = program;
  const loops = new Map<number, DeviceRead[]>();
  for (const read of deviceReads(module, program.scope)) loops.set(startOf(read.loop), [...(loops.get(startOf(read.loop)) ?? []), read]);
  return [...loops.values()].flatMap((reads): (Rewrite | Refusal)[] => {
    const [first] = reads;
    if (first?.use.kind === 'interval' && reads.every(({ use }) => use.kind === 'interval')) return refuses(reads) ? [{ line: lineOf(first.node), reason: `The value is fetched only where \`${first.use.condition.text()}\` holds.` }] : [];
    const plan = deferredReads(module, reads, { logs });
    if (plan.refusal !== null) return refuses(reads) ? [plan.refusal] : [];
    if (logs !== plan.logged.length > 0 || !wants(plan.kept) || (plan.kept.length === 0 && plan.logged.length === 0)) return [];
    const inner = plan.logged.length === 0 ? null : loopOfSteps(module, plan.loop);
    if (inner !== null) return [{ line: lineOf(plan.logged[0] ?? plan.loop), reason: `It logs once for all iterations of the loop in line ${lineOf(inner)}.` }];
    const fetched = fetchEdits(module, plan.loop, plan.kept, plan.logged);
    const counted = plan.logged.length === 0 ? { name: '', edits: [] } : stepOf(module, plan.loop);
    const quiet = counted === null ? null : logEdits(module, plan.kept, plan.logged, `${counted.name} % ${logEvery} == 0`);
    const line = lineOf(reads.find(({ use }) => use.kind !== 'interval')?.node ?? plan.loop);
    if (fetched === null || counted === null || quiet === null) return [{ line, reason: 'The statements stand in a way that no line can be put in front of them.' }];
    return [{ title: titleOf(plan.kept, plan.logged), line, edits: [...plan.kept.flatMap(({ edits }) => edits), ...fetched, ...counted.edits, ...quiet] }];
  });
}

function titleOf(kept: readonly Kept[], logged: readonly SgNode[]): string {
  const names = kept.map(({ name }) => `\`${name}\``).join(', ');
  const keep = `keep ${names} on the device until ${kept.length === 1 ? 'it is' : 'they are'} needed`;
  const log = `log every ${logEvery} iterations`;
  return logged.length === 0 ? keep : kept.length === 0 ? log : `${log}, ${keep}`;
}

/** A loop in the loop that goes over steps of its own: the outer one is of epochs. What walks through weights is none. */
function loopOfSteps(module: PyModule, loop: SgNode): SgNode | null {
  const ofWeights = /parameters\(|param_groups|\.modules\(|\.children\(|state_dict\(|\.items\(/;
  return owned(module, loop, 'for_statement', 'while_statement').find((inner) => !same(inner, loop) && intervalAround(inner, loop) === null && !ofWeights.test(inner.field('right')?.text() ?? '')) ?? null;
}

/** The name that counts the iterations of a loop; `enumerate` is put around what it goes over where there is none. */
function stepOf(module: PyModule, loop: SgNode): { name: string; edits: TextEdit[] } | null {
  const target = loop.field('left');
  const over = loop.field('right');
  if (target === null || over === null) return counterOf(loop);
  const callee = over.kind() === 'call' ? over.field('function')?.text() : undefined;
  // With a step of its own, a range does not count.
  if (callee === 'range' && target.kind() === 'identifier' && argument(over, '', 2) === null) return { name: target.text(), edits: [] };
  const inner = callee === 'enumerate' ? over : all(over, 'call').find((call) => call.field('function')?.text() === 'enumerate' && startOf(call) === startOf(argument(over, '', 0) ?? loop));
  const first = inner === undefined ? undefined : parts(target)[0];
  if (inner !== undefined) return first?.kind() === 'identifier' && target.kind() !== 'identifier' ? { name: first.text(), edits: [] } : null;
  const counter = counterOf(loop);
  if (counter !== null) return counter;
  const names = module.names(module.root);
  const name = ['step', 'iteration', 'index'].find((wanted) => names.uses(wanted).length === 0) ?? names.names.fresh('step');
  const text = target.kind() === 'pattern_list' ? `(${target.text()})` : target.text();
  // A progress bar that the loop talks to has to stay what the loop goes over, and is that of `enumerate` then too.
  return { name, edits: [{ file: module.file, start: startOf(target), end: endOf(target), text: `${name}, ${text}` }, { file: module.file, start: startOf(over), end: endOf(over), text: `enumerate(${over.text()})` }] };
}

/** `step` where the loop does `step += 1` in every iteration. */
function counterOf(loop: SgNode): { name: string; edits: TextEdit[] } | null {
  const statements = parts(loop.field('body') ?? loop).flatMap((statement) => (statement.kind() === 'expression_statement' ? parts(statement) : []));
  const found = statements.find((node) => node.kind() === 'augmented_assignment' && node.field('left')?.kind() === 'identifier' && node.field('operator')?.text() === '+=' && node.field('right')?.text() === '1' && methodOf(node) === null);
  const name = found?.field('left')?.text();
  return name === undefined ? null : { name, edits: [] };
}
