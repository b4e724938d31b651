import { asksPerson } from './definition.js';
import { nodeAt, type Plan, type PlanNode } from './node.js';

/** The plan as a Mermaid flowchart: groups as subgraphs, jumps dotted, disabled steps dashed, where a person is asked a hexagon. */
export function mermaid(plan: Plan): string {
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
  return `${lines.join('\n')}\n`;
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
