import type { SgNode } from '@ast-grep/napi';
import { PerfloopError } from '../../core/errors.js';
import type { Finding } from '../../core/finding.js';
import { sha256 } from '../hash.js';
import { nameOf } from '../source/locate.js';
import { parseSource } from '../source/parse.js';
import { all, ancestorWhere, lineOf, within } from '../source/tree.js';
import type { ExamCase, ExamFinding } from './exam-case.js';

/** Where a finding points to in the program as it is. Lines are 1-based. */
export interface GivenPlace {
  /** First line of the function; 1 for code outside of functions. */
  functionLine: number;
  line: number;
  /** First and last line of the statement there. */
  statement: [number, number];
}

/** The finding as a run's analysis would hand it to a proposer. */
export function givenFinding(given: ExamFinding, { program, name }: Pick<ExamCase, 'program' | 'name'>): { finding: Finding; place: GivenPlace } {
  const place = placeOf(given, program.get(given.file) ?? '', name);
  const { category, rule, file, share, evidence } = given;
  const finding: Finding = {
    id: sha256([category, file, given.function, given.on].join('\n')).slice(0, 12),
    category, file, function: given.function, line: place.functionLine, language: 'python', selfShare: share, totalShare: share,
    hotLines: [{ line: place.line, share }], snippet: given.on, callSites: [], evidence: [{ tool: rule, text: evidence }], rule, title: evidence, severity: share >= 0.25 ? 'high' : share >= 0.1 ? 'medium' : 'low', confidence: 'high',
  };
  return { finding, place };
}

function placeOf(given: ExamFinding, source: string, name: string): GivenPlace {
  const functions = functionsNamed(parseSource(source, 'python'), given.function);
  const texts = source.split('\n').map((text, index) => ({ text: text.trim(), line: index + 1 }));
  const at = functions.flatMap((node) => texts.filter(({ text, line }) => text === given.on && lineOf(node) <= line && lastLineOf(node) >= line).map(({ line }) => ({ line, around: node })));
  const only = at[0];
  if (only === undefined || at.length > 1) {
    throw new PerfloopError('PL_BENCH_CASE', `\`${given.on}\` stands ${at.length} times in ${given.function} of ${given.file}.`, { where: `${name}, finding ${given.name}`, fix: 'Name a line that stands there once.' });
  }
  const { line, around } = only;
  return { functionLine: around.parent() === null ? 1 : lineOf(around), line, statement: statementAt(around, line) };
}

/** The functions of that name, `Class.method` for a method, in source order; the whole file for `<module>`. */
export function functionsNamed(root: SgNode, name: string): SgNode[] {
  if (name === '<module>') return [root];
  const [own, owner] = name.split('.').toReversed();
  const ownerOf = (node: SgNode): string | undefined => ancestorWhere(node, (one) => one.kind() === 'class_definition')?.field('name')?.text();
  return all(root, 'function_definition').filter((node) => nameOf(node) === own && (owner === undefined || ownerOf(node) === owner));
}

const lastLineOf = (node: SgNode): number => node.range().end.line + 1;

/** Of a statement with a body only its head, else every change in the body would be a change of it. */
function statementAt(around: SgNode, line: number): [number, number] {
  const first = all(around, 'identifier', 'string', 'integer').find((node) => lineOf(node) <= line && lastLineOf(node) >= line);
  if (first === undefined) return [line, line];
  const isStatement = (node: SgNode): boolean => ['block', 'module'].includes(String(node.parent()?.kind()));
  const statement = isStatement(first) ? first : ancestorWhere(first, isStatement, around);
  const body = statement?.field('body') ?? null;
  if (statement === null) return [line, line];
  return [lineOf(statement), body !== null && !within(first, body) ? lineOf(body) - 1 : lastLineOf(statement)];
}
