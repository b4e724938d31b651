import { type ShownStates, statesBy, type StepState } from '../step-states.js';
import { asksPerson } from './definition.js';
import { nodeAt, type Plan, type PlanNode } from './node.js';

/** The plan as a Mermaid flowchart: groups as subgraphs, jumps dotted, disabled steps dashed, where a person is asked a hexagon; the states of a run as colours. */
export function mermaid(plan: Plan, shown: ShownStates | null = null): string {
  const lines = ['flowchart TD'];
  let depth = 1;
  const add = (text: string): void => void lines.push(`${'  '.repeat(depth)}${text}`);
  for (const node of plan.nodes) {
    if (node.name === '') continue;
    if (node.kind === 'step') add(asksPerson(node.definition) ? `${idOf(node)}{{"${textOf(node)}"}}` : `${idOf(node)}["${textOf(node)}"]`);
    else if (node.kind === 'open') {
      add(`subgraph ${idOf(node)}["${textOf(node)}"]`);
      depth += 1;
      if (node.group !== 'pipeline') add('direction LR');
    } else {
      depth -= 1;
      add('end');
    }
  }
  for (const node of plan.nodes) for (const edge of edgesFrom(plan, node)) add(edge);
  if (plan.nodes.some(({ enabled, name }) => !enabled && name !== '')) {
    add('classDef disabled stroke-dasharray: 5 5');
    add(`class ${plan.nodes.filter(({ enabled, kind }) => !enabled && kind !== 'close').map(idOf).join(',')} disabled`);
  }
  for (const line of classesOf(plan, shown ?? {})) add(line);
  return `${lines.join('\n')}\n`;
}

const looks: Partial<Record<StepState, string>> = {
  done: 'fill:#e6f4ea,stroke:#14713d,color:#16191d',
  failed: 'fill:#fbe9e7,stroke:#b3261e,stroke-width:2px,color:#16191d',
  running: 'fill:#e3ebf7,stroke:#1f5fbf,stroke-width:2px,color:#16191d',
  asking: 'fill:#fbf0d9,stroke:#8a5a00,stroke-width:2px,color:#16191d',
  skipped: 'stroke-dasharray:5 5',
  cancelled: 'stroke:#8a5a00',
};

/** Which steps and groups are in each state. */
function classesOf(plan: Plan, shown: ShownStates): string[] {
  const known = statesBy(shown);
  const listed = plan.nodes.filter(({ kind, name }) => kind !== 'close' && name !== '').map((node, place) => ({ node, state: known(node.name, place)?.state }));
  return Object.entries(looks).flatMap(([state, look]) => {
    const ids = listed.filter((one) => one.state === state).map(({ node }) => idOf(node));
    return ids.length === 0 ? [] : [`classDef ${state} ${look}`, `class ${ids.join(',')} ${state}`];
  });
}

/** Between steps and whole groups; what a group begins with hangs on nothing. */
function edgesFrom(plan: Plan, node: PlanNode): string[] {
  if (node.kind === 'open') return [];
  const edges = node.dependents.flatMap((index) => {
    const dependent = nodeAt(plan, index);
    return dependent.kind === 'close' ? [] : [`${idOf(node)} --> ${idOf(dependent)}`];
  });
  const jumps = node.next.map(({ target, onFail }, index) => {
    const label = [onFail ? ['on fail'] : [], node.definition.next?.[index]?.when ?? []].flat().join(': ');
    return `${idOf(node)} -.->${label === '' ? '' : `|"${escaped(label)}"|`} ${idOf(nodeAt(plan, target))}`;
  });
  return [...edges, ...jumps];
}

/** A name may hold what Mermaid reads as syntax, and `end` is a word of it; a number never is. */
function idOf(node: PlanNode): string {
  return `n${node.kind === 'close' ? node.partner : node.index}`;
}

function textOf(node: PlanNode): string {
  const { type, when } = node.definition;
  const what = type === node.name ? node.name : `${node.name} (${type})`;
  return escaped(when === undefined ? what : `${what}\nwhen ${when}`);
}

/** As Mermaid writes them: entities by number, after a hash. */
function escaped(text: string): string {
  return text.replaceAll(/[^\w .,:+/\-()\n\u{80}-\u{10FFFF}]/gu, (character) => `#${character.codePointAt(0)};`).replaceAll('\n', '<br/>');
}
