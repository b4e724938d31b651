import { differenceOf, type NodeRule } from './compare-nodes.js';
import { type Call, type CaseSeen, type Node, showNode } from './observation.js';

/** What the calls of a case are, in their order: each asks for something that the one before cannot show. */
export const callNames = [
  'the first call',
  'a second call with the same arguments',
  'a call with the same argument objects, their contents replaced',
  'a call with new, equal arguments',
] as const;

/** What is different in the candidate, in words; null when nothing is. Calls that the champion could not finish are passed over. */
export function caseDifference(name: string, champion: CaseSeen, candidate: CaseSeen, rule: NodeRule): string | null {
  const where = (call: string): string => `${name}(${champion.given.map((node) => showNode(node, 120)).join(', ')}), ${call}`;
  const inputs = ofArguments(champion.given, candidate.given, rule);
  if (inputs !== null) return `the generator gave other arguments in case ${champion.n + 1}: ${inputs}`;
  for (const [index, before] of champion.calls.entries()) {
    const now = candidate.calls[index];
    const call = callNames[index] ?? `call ${index + 1}`;
    if (before.how === 'exhausted') return null;
    if (now === undefined) return `${where(call)}: it was not made`;
    const found = callDifference(before, now, rule);
    if (found !== null) return `${where(call)}: ${found}`;
  }
  return null;
}

/** Whether a case says something: the champion finished at least its first call. */
export function isCompared({ calls: [first] }: CaseSeen): boolean {
  return first !== undefined && first.how !== 'exhausted';
}

function callDifference(before: Call, now: Call, rule: NodeRule): string | null {
  if (before.how !== now.how) return `it ${outcome(before)} became it ${outcome(now)}`;
  const found = differenceOf(before.v, now.v, rule);
  const what = before.how === 'throws' ? 'the exception' : 'the returned value';
  if (found !== null) return `${what}${found.path === '' ? '' : ` at ${found.path}`}: ${found.champion} became ${found.candidate}`;
  const changed = ofArguments(before.a, now.a, rule);
  return changed === null ? null : `afterwards ${changed}`;
}

function ofArguments(before: readonly Node[], now: readonly Node[], rule: NodeRule): string | null {
  for (let index = 0; index < Math.max(before.length, now.length); index++) {
    const found = differenceOf(before[index] ?? null, now[index] ?? null, rule);
    if (found !== null) return `argument ${index + 1}${found.path === '' ? '' : ` at ${found.path}`}: ${found.champion} became ${found.candidate}`;
  }
  return null;
}

function outcome({ how, v }: Call): string {
  if (how === 'exhausted') return 'exhausted the stack or the memory';
  return `${how} ${showNode(v, 80)}`;
}
