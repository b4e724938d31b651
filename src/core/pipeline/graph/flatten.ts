import { ExpressionError } from '../../expression/error.js';
import { parseExpression } from '../../expression/parse.js';
import { asksPerson, groupTypeOf, type PipelineSettings, type StepDefinition } from './definition.js';
import type { PlanNode } from './node.js';
import type { Problems } from './problem.js';
import { checkSettings } from './settings-rules.js';
import { parseText } from './text.js';

export type Path = readonly PropertyKey[];

/** A step or group with the two nodes in which it begins and ends; one and the same for a step. */
export interface Member {
  name: string;
  first: PlanNode;
  last: PlanNode;
  definition: StepDefinition;
  path: Path;
}

/** The members of one group, or of the whole pipeline. */
export interface Scope {
  open: PlanNode;
  close: PlanNode;
  members: Member[];
  byName: Map<string, Member>;
  outer: Scope | null;
}

export interface Flattened {
  nodes: PlanNode[];
  scopes: Scope[];
  /** Every step and group of the file. Of two with one name, the first. */
  byName: Map<string, { member: Member; scope: Scope }>;
}

const defaultRetain = 20;
const deepest = 50;

/** The table of nodes, without edges; groups within each other become ranges of it. O(steps). */
export function flatten(steps: readonly StepDefinition[], settings: PipelineSettings, problems: Problems): Flattened {
  const flattened: Flattened = { nodes: [], scopes: [], byName: new Map() };
  const root: StepDefinition = { type: 'pipeline', name: '', timeout: settings.timeout, steps };
  new Flattening(flattened, settings.retain ?? defaultRetain, problems).group(root, '', [], null, true, 0);
  return flattened;
}

class Flattening {
  private readonly into: Flattened;
  private readonly retain: number;
  private readonly problems: Problems;

  constructor(into: Flattened, retain: number, problems: Problems) {
    this.into = into;
    this.retain = retain;
    this.problems = problems;
  }

  group(definition: StepDefinition, name: string, path: Path, outer: Scope | null, enabled: boolean, depth: number): [PlanNode, PlanNode] {
    const open = this.node('open', definition, name, path, outer, enabled);
    // How a group is joined to what is before it is the affair of its beginning; it ends with all that it is about.
    const close: PlanNode = { ...open, kind: 'close', needs: [], dependents: [], when: null, joinAny: false };
    const scope: Scope = { open, close, members: [], byName: new Map(), outer };
    this.into.scopes.push(scope);
    if (depth > deepest) this.problems.add(path, `groups are nested more than ${deepest} levels deep`);
    else for (const [index, step] of (definition.steps ?? []).entries()) this.member(step, outer === null ? [index] : [...path, 'steps', index], scope, depth);
    close.index = this.into.nodes.push(close) - 1;
    close.partner = open.index;
    open.partner = close.index;
    return [open, close];
  }

  private member(definition: StepDefinition, path: Path, scope: Scope, depth: number): void {
    const name = definition.name ?? definition.type;
    const enabled = scope.open.enabled && definition.enabled !== false;
    checkSettings(definition, name, path, this.problems);
    const [first, last] = groupTypeOf(definition) === null ? this.step(definition, name, path, scope, enabled) : this.group(definition, name, path, scope, enabled, depth + 1);
    const member: Member = { name, first, last, definition, path };
    scope.members.push(member);
    if (!scope.byName.has(name)) scope.byName.set(name, member);
    const known = this.into.byName.get(name);
    if (known === undefined) this.into.byName.set(name, { member, scope });
    else this.problems.add([...path, 'name'], `another step has the name \`${name}\` already (step ${known.member.first.index} in file order); give each a name of its own`);
  }

  private step(definition: StepDefinition, name: string, path: Path, scope: Scope, enabled: boolean): [PlanNode, PlanNode] {
    const node = this.node('step', definition, name, path, scope, enabled);
    return [node, node];
  }

  private node(kind: 'step' | 'open', definition: StepDefinition, name: string, path: Path, scope: Scope | null, enabled: boolean): PlanNode {
    const index = this.into.nodes.length;
    const node: PlanNode = {
      index,
      kind,
      name,
      group: groupTypeOf(definition),
      within: scope?.open.index ?? -1,
      partner: index,
      needs: [],
      dependents: [],
      position: 0,
      enabled,
      joinAny: definition.join === 'any',
      when: read(parseExpression, definition.when, [...path, 'when'], this.problems),
      next: [],
      question: read(parseText, definition.question, [...path, 'question'], this.problems),
      timeout: asksPerson(definition) ? null : (definition.timeout ?? null),
      onTimeout: definition.on_timeout === 'finished' ? 'finished' : 'fail',
      retry: definition.retry ?? null,
      goesOn: definition.on_fail === 'continue',
      retain: definition.retain ?? this.retain,
      keepsVersion: false,
      definition,
    };
    this.into.nodes.push(node);
    return node;
  }
}

/** An expression, or a text with some in it; null where there is none, or a problem. */
export function read<T>(parse: (text: string) => T, text: string | undefined, path: Path, problems: Problems): T | null {
  if (text === undefined) return null;
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    problems.add(path, error.message);
    return null;
  }
}
