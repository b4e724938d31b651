import type { SgNode } from '@ast-grep/napi';
import type { Refusal } from '../recipes/recipe.js';
import { lineOf, same, within } from '../source/tree.js';
import { cellOf } from './cells.js';
import { contributionOf, nameContribution, type Contribution } from './contributions.js';
import { isOnHost, type DeviceRead } from './device-reads.js';
import { keptCell, type Kept } from './kept-cells.js';
import type { TorchProgram } from './program.js';
import { useOf } from './read-uses.js';
import { statementOf } from './statements.js';

/** A read that can be put off, with the cells that then hold a value of the device and the statements that have to log less often. */
export interface PutOff {
  read: DeviceRead;
  kept: Kept[];
  logged: SgNode[];
}

/** What becomes of one read on its way: into which cells, and into which statements that log. */
interface Strand {
  read: DeviceRead;
  contributions: Contribution[];
  logged: SgNode[];
}

export interface DeferredReads {
  putOff: PutOff[];
  refusals: Refusal[];
}

/**
 * Follows the values that a loop fetches from the device: into sums, lists and names. `logs` allows statements that log in
 * every iteration, which then have to be done less often. What is needed in every iteration stays, and does not keep the rest from being put off.
 */
export function deferredReads(program: TorchProgram, reads: readonly DeviceRead[], { logs }: { logs: boolean }): DeferredReads {
  const refusals: Refusal[] = [];
  const away = reads.filter((read) => !isOnHost(read));
  if (away.length === 0) refusals.push(...reads.slice(0, 1).map(({ node, tensor }) => ({ line: lineOf(node), reason: `\`${tensor.text()}\` comes from the loader and is on the host: nothing waits.` })));
  const strands: Strand[] = [];
  for (const read of away.filter(({ use }) => use.kind !== 'interval')) {
    const strand = strandOf(program, read, logs);
    if ('reason' in strand) refusals.push(strand);
    else strands.push(strand);
  }
  return settled(program, strands, { logs, refusals });
}

/** Drops strands until each cell of those that are left can be kept: what a cell holds is of one kind for all that goes into it. */
function settled(program: TorchProgram, strands: readonly Strand[], { logs, refusals }: { logs: boolean; refusals: Refusal[] }): DeferredReads {
  const cells = new Map<string, Contribution[]>();
  for (const { contributions } of strands) for (const one of contributions) cells.set(one.cell.text, [...(cells.get(one.cell.text) ?? []), one]);
  const kept = new Map<string, Kept>();
  for (const [text, contributions] of cells) {
    const found = keptCell(program, contributions, { logs });
    if ('reason' in found) {
      refusals.push(found);
      return settled(program, strands.filter((strand) => !strand.contributions.some(({ cell }) => cell.text === text)), { logs, refusals });
    }
    kept.set(text, found);
  }
  const putOff = strands.map(({ read, contributions, logged }): PutOff => {
    const own = [...new Set(contributions.map(({ cell }) => cell.text))].flatMap((text) => kept.get(text) ?? []);
    return { read, kept: own, logged: distinct([...logged, ...own.flatMap((entry) => entry.logged)]) };
  });
  return { putOff, refusals };
}

function strandOf(program: TorchProgram, read: DeviceRead, logs: boolean): Strand | Refusal {
  const strand: Strand = { read, contributions: [], logged: [] };
  const { module, loop } = read;
  const refuse = (node: SgNode, reason: string): Refusal => ({ line: lineOf(node), reason });
  const queue = [read];
  for (let at = queue.shift(); at !== undefined; at = queue.shift()) {
    const { use, node } = at;
    if (use.kind === 'interval' || use.kind === 'asked') continue;
    if (use.kind === 'decides') return refuse(node, `The value of \`${node.text()}\` decides in line ${lineOf(node)} what is done next, in every iteration.`);
    if (use.kind === 'other') return refuse(node, `The value of \`${node.text()}\` is needed in line ${lineOf(node)}, in every iteration.`);
    if (use.kind === 'logged') {
      if (!logs) return refuse(node, `Line ${lineOf(node)} logs the value in every iteration.`);
      strand.logged.push(at.statement);
      continue;
    }
    if (use.kind === 'written') {
      const shown = statementsShowing(module, use.name, loop);
      if (shown === null || shown.length === 0) return refuse(node, `The value of \`${node.text()}\` is needed in line ${lineOf(node)}, in every iteration.`);
      if (!logs) return refuse(node, `Line ${lineOf(shown[0] ?? node)} logs the value in every iteration.`);
      strand.logged.push(at.statement, ...shown);
      continue;
    }
    const cell = cellOf(module, use.kind === 'assigned' ? use.name : use.cell);
    if (cell === null) return refuse(node, `The value of \`${node.text()}\` is needed in line ${lineOf(node)}, in every iteration.`);
    const made = use.kind === 'assigned' ? nameContribution(program, at, cell, use.whole) : contributionOf(program, at, cell, use);
    if ('reason' in made) return made;
    strand.contributions.push(made);
    if (use.kind !== 'assigned') continue;
    // A name is followed to the sums and lists that it goes into.
    for (const other of module.uses(module.scopeOf(use.name), use.name.text())) {
      if (other.role === 'write' || !within(other.node, loop) || other.deferred) continue;
      const then = useOf(module, other.node, loop);
      if (made.computed !== undefined && then.kind !== 'interval' && then.kind !== 'asked') return refuse(node, `What is computed of \`${node.text()}\` is needed in line ${lineOf(other.node)}, in every iteration.`);
      const isChained = then.kind === 'assigned' && made.suffix === '.item()' && made.computed === undefined && then.name.text() !== use.name.text();
      if (then.kind === 'added' || then.kind === 'appended' || isChained) queue.push({ module, loop, node: other.node, tensor: read.tensor, statement: statementOf(other.node), use: then, ...(read.origin === undefined ? {} : { origin: read.origin }) });
    }
  }
  return strand;
}

/** The statements that print or record a text, where nothing else is done with it; null where something is. */
function statementsShowing(module: DeviceRead['module'], name: SgNode, loop: SgNode): SgNode[] | null {
  const uses = module.uses(module.scopeOf(name), name.text()).filter(({ node }) => !same(node, name));
  if (uses.some(({ node, deferred, role }) => deferred || role === 'write' || !within(node, loop))) return null;
  const shown = uses.map(({ node }) => ({ node, use: useOf(module, node, loop) }));
  if (shown.some(({ use }) => use.kind !== 'logged' && use.kind !== 'interval')) return null;
  // What is shown only now and then would need its text there.
  return shown.every(({ use }) => use.kind === 'logged') ? shown.map(({ node }) => statementOf(node)) : null;
}

function distinct(nodes: readonly SgNode[]): SgNode[] {
  return nodes.filter((node, i) => nodes.findIndex((other) => same(other, node)) === i);
}
