import type { Candidate } from '../../core/candidate.js';
import { parseSource } from '../source/parse.js';
import type { Behaviour } from './behaviour.js';
import type { ExamFinding, FalseFinding, Pattern, RealFinding } from './exam-case.js';
import { functionsNamed, type GivenPlace } from './given-finding.js';
import type { Patch } from './patch.js';

/** A proposal for a finding, with what it does to the program. */
export interface Proposal extends Patch {
  candidate: Pick<Candidate, 'id' | 'recipe' | 'title'>;
  behaviour: Behaviour;
}

export interface FindingScore {
  finding: string;
  kind: ExamFinding['kind'];
  category: string;
  /**
   * A real one: `right`, `unchecked` (cause gone, small, but its behaviour was not observed), `wrong`, `not patched`.
   * A false one: `turned down`, `patched`.
   */
  result: 'right' | 'unchecked' | 'wrong' | 'not patched' | 'turned down' | 'patched';
  recipe: string | null;
  /** Why it is wrong, or what was patched though it should not be. */
  reason: string | null;
}

/** Judges what was proposed for one finding, in the order in which a run would try it. */
export function scoreFinding(given: ExamFinding, place: GivenPlace, proposals: readonly Proposal[]): FindingScore {
  const { result, by, reason } = given.kind === 'real' ? scoreReal(given, place, proposals) : scoreFalse(given, place, proposals);
  return { finding: given.name, kind: given.kind, category: given.category, result, recipe: by?.candidate.recipe ?? null, reason };
}

interface Judged {
  result: FindingScore['result'];
  by?: Proposal;
  reason: string | null;
}

/** By the first proposal that removes the cause; else one that changes the cause's statement and breaks the program is wrong too. */
function scoreReal(given: RealFinding, place: GivenPlace, proposals: readonly Proposal[]): Judged {
  const by = proposals.find((proposal) => removesCause(given, proposal));
  if (by === undefined) {
    const broken = proposals.find((proposal) => breaks(proposal) && touches(proposal, given, place));
    return broken === undefined ? { result: 'not patched', reason: null } : { result: 'wrong', by: broken, reason: `${behaviourText(broken.behaviour)}, and the cause is still there` };
  }
  if (breaks(by)) return { result: 'wrong', by, reason: behaviourText(by.behaviour) };
  if (by.size > given.maxLines) return { result: 'wrong', by, reason: `too large: ${by.size} lines, ${given.maxLines} are enough` };
  return by.behaviour.kind === 'same' ? { result: 'right', by, reason: null } : { result: 'unchecked', by, reason: behaviourText(by.behaviour) };
}

function scoreFalse(given: FalseFinding, place: GivenPlace, proposals: readonly Proposal[]): Judged {
  const by = proposals.find((proposal) => patchesFalse(given, place, proposal));
  return by === undefined ? { result: 'turned down', reason: null } : { result: 'patched', by, reason: `${by.candidate.title}${breaks(by) ? `; ${behaviourText(by.behaviour)}` : ''}` };
}

function patchesFalse(given: FalseFinding, place: GivenPlace, proposal: Proposal): boolean {
  const text = proposal.files.get(given.file);
  if (text === undefined) return false;
  if (given.never === undefined) return touches(proposal, given, place);
  return matches(text, given.never, '<module>');
}

/** Whether the proposal is about a finding at all: used to tell what was proposed besides. */
export function isAbout(given: ExamFinding, place: GivenPlace, proposal: Proposal): boolean {
  return given.kind === 'real' ? removesCause(given, proposal) || touches(proposal, given, place) : patchesFalse(given, place, proposal);
}

function removesCause(given: RealFinding, proposal: Proposal): boolean {
  const text = proposal.files.get(given.file);
  return text !== undefined && !hasCause(given, text) && given.present.every((pattern) => matches(text, pattern, '<module>'));
}

function touches({ touched }: Proposal, { file }: ExamFinding, { statement: [first, last] }: GivenPlace): boolean {
  return [...(touched.get(file) ?? [])].some((line) => line >= first && line <= last);
}

export function breaks({ behaviour }: Proposal): boolean {
  return behaviour.kind === 'differs';
}

function behaviourText(behaviour: Behaviour): string {
  return behaviour.kind === 'same' ? 'behaves the same' : behaviour.kind === 'differs' ? `behaves differently: ${behaviour.how}` : `behaviour not run: ${behaviour.why}`;
}

/** Whether the text of the finding's file has the cause. */
export function hasCause({ gone, scope, function: name }: RealFinding, text: string): boolean {
  return matches(text, gone, scope === 'file' ? '<module>' : name);
}

/** Whether the pattern is found in a function of that name. */
function matches(text: string, pattern: Pattern, name: string): boolean {
  return functionsNamed(parseSource(text, 'python'), name).some((node) => node.find({ rule: pattern }) !== null);
}
