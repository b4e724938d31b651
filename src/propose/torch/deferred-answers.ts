import type { SgNode } from '@ast-grep/napi';
import type { Refusal, Rewrite } from '../recipes/recipe.js';
import { lineOf, same, startOf } from '../source/tree.js';
import { deferredReads, type PutOff } from './deferred-reads.js';
import { deviceReads, type DeviceRead } from './device-reads.js';
import { fetchEdits, logEdits } from './fetch-edits.js';
import type { Kept } from './kept-cells.js';
import { loopOfSteps, stepOf } from './log-steps.js';
import { isPointedAt, namesWait } from './pointed.js';
import type { TorchProgram } from './program.js';

/** How often a statement logs that did so in every iteration. */
export const logEvery = 50;

export interface DeferredOptions {
  /** Whether statements that log in every iteration may do so less often. */
  logs: boolean;
  /** Which of the reads that can be put off this recipe is for. */
  wants: (read: PutOff) => boolean;
  /** Whether this recipe is the one that says why such reads stay: several look at the same ones. */
  refuses: (reads: readonly DeviceRead[]) => boolean;
}

/** For each loop of the finding's scope that waits for values: how to fetch them later, where they are wanted ones. */
export function deferredAnswers(program: TorchProgram, { logs, wants, refuses }: DeferredOptions): (Rewrite | Refusal)[] {
  const found = deviceReads(program.module, program.scope);
  const pointed = found.filter(({ statement }) => isPointedAt(program, statement));
  // Another wait is no answer to a finding that names its line.
  if (pointed.length === 0 && /^C[34]/.test(program.finding.category) && namesWait(program)) return [];
  const loops = new Map<number, DeviceRead[]>();
  for (const read of found) loops.set(startOf(read.loop), [...(loops.get(startOf(read.loop)) ?? []), read]);
  return [...loops.values()].flatMap((reads): (Rewrite | Refusal)[] => {
    const [first] = reads;
    if (pointed.length > 0 && !pointed.some((read) => reads.includes(read))) return [];
    if (first?.use.kind === 'interval' && reads.every(({ use }) => use.kind === 'interval')) return refuses(reads) ? [{ line: lineOf(first.node), reason: `The value is fetched only where \`${first.use.condition.text()}\` holds.` }] : [];
    const { putOff, refusals } = deferredReads(program, reads, { logs });
    const able = putOff.filter(wants);
    const wanted = pointed.length === 0 || able.some(({ read }) => pointed.includes(read)) ? able : [];
    return [...rewritesOf(program, logs ? sparing(wanted, reads) : wanted), ...(refuses(reads) ? refusals : [])];
  });
}

/** Where something is logged: all of it. None where a tensor that is logged is read in every iteration for another reason too: nothing would be spared. */
function sparing(putOff: readonly PutOff[], reads: readonly DeviceRead[]): readonly PutOff[] {
  const needed = new Set(reads.filter(({ use }) => use.kind === 'decides' || use.kind === 'other').map(({ tensor }) => tensor.text()));
  const isLogged = putOff.filter(({ logged }) => logged.length > 0);
  return isLogged.length === 0 || isLogged.some(({ read }) => needed.has(read.tensor.text())) ? [] : putOff;
}

/** The one that the finding points at by itself, where there are several, and all of them together. */
function rewritesOf(program: TorchProgram, putOff: readonly PutOff[]): (Rewrite | Refusal)[] {
  if (putOff.length === 0) return [];
  const pointed = putOff.filter(({ read }) => isPointedAt(program, read.statement));
  // Of several statements that log, one alone may be put off; a sum alone is for another recipe.
  const isLike = ({ logged }: PutOff): boolean => logged.length > 0 || putOff.every((one) => one.logged.length === 0);
  const alone = pointed.length === 0 ? [] : closure(putOff, pointed);
  return (alone.length === 0 || alone.length === putOff.length || !alone.some(isLike) ? [putOff] : [alone, putOff]).flatMap((group) => rewriteOf(program, group));
}

/** The reads, and those that share a cell with them. */
function closure(all: readonly PutOff[], some: readonly PutOff[]): PutOff[] {
  const cells = new Set(some.flatMap(({ kept }) => kept.map(({ name }) => name)));
  const found = all.filter((one) => some.includes(one) || one.kept.some(({ name }) => cells.has(name)));
  return found.length === some.length ? found : closure(all, found);
}

function rewriteOf(program: TorchProgram, putOff: readonly PutOff[]): (Rewrite | Refusal)[] {
  const { module } = program;
  const kept = putOff.flatMap((one) => one.kept).filter((one, i, rest) => rest.findIndex(({ name }) => name === one.name) === i);
  const logged = putOff.flatMap((one) => one.logged).filter((one, i, rest) => rest.findIndex((other) => same(other, one)) === i);
  const [first] = putOff;
  if (first === undefined) return [];
  const { loop } = first.read;
  const inner = logged.length === 0 ? null : loopOfSteps(module, loop);
  if (inner !== null) return [{ line: lineOf(logged[0] ?? loop), reason: `It logs once for all iterations of the loop in line ${lineOf(inner)}.` }];
  const fetched = fetchEdits(module, kept, logged);
  const counted = logged.length === 0 ? { name: '', edits: [] } : stepOf(module, loop);
  const quiet = counted === null ? null : logEdits(module, kept, logged, `${counted.name} % ${logEvery} == 0`);
  const line = lineOf(first.read.node);
  if (fetched === null || counted === null || quiet === null) return [{ line, reason: 'The statements stand in a way that no line can be put in front of them.' }];
  return [{ title: titleOf(kept, logged), line, edits: [...kept.flatMap(({ edits }) => edits), ...fetched, ...counted.edits, ...quiet] }];
}

function titleOf(kept: readonly Kept[], logged: readonly SgNode[]): string {
  const names = kept.map(({ name }) => `\`${name}\``).join(', ');
  const keep = `keep ${names} on the device until ${kept.length === 1 ? 'it is' : 'they are'} needed`;
  const log = `log every ${logEvery} iterations`;
  return logged.length === 0 ? keep : kept.length === 0 ? log : `${log}, ${keep}`;
}
