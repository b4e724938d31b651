import { posix } from 'node:path';
import type { Config } from '../../core/config/schema.js';
import type { Knob } from '../../core/knobs/knob.js';
import { openSourceTree } from '../../scan/source-tree.js';
import { allocatorKnobs } from './allocators.js';
import { cargoKnobs } from './cargo.js';
import { cmakeKnobs } from './cmake.js';
import { knobCommands, trainingOf } from './commands.js';
import { declaredKnobs } from './declared.js';
import { extensionKnobs } from './extension.js';
import type { KnobContext, KnobFinder, KnobMachine } from './finder.js';
import { goKnobs } from './go.js';
import { withLooseCommands } from './loose-commands.js';
import { knobMachine } from './machine.js';
import { makefileKnobs } from './makefile.js';
import { mesonKnobs } from './meson.js';
import { nodeKnobs } from './node.js';
import { gccProfileKnobs } from './profile-gcc.js';
import { goProfileKnobs } from './profile-go.js';
import { possibleKnobs, type ImpossibleSetting } from './possible.js';
import { pythonKnobs } from './python.js';
import { threadKnobs } from './threads.js';
import { torchKnobs } from './torch.js';

const finders: readonly KnobFinder[] = [makefileKnobs, cmakeKnobs, mesonKnobs, extensionKnobs, cargoKnobs, gccProfileKnobs, goProfileKnobs, allocatorKnobs, nodeKnobs, pythonKnobs, goKnobs, threadKnobs, torchKnobs];

export interface KnobRequest {
  /** Absolute path of a checkout; only read. */
  worktree: string;
  config: Pick<Config, 'target' | 'commands' | 'benchmarks' | 'service' | 'knobs'> & { propose?: Config['propose'] };
  /** Default: the machine that this runs on. */
  machine?: KnobMachine;
}

/** Everything that can be turned in a repository without a change of code. Nothing is run, built or written. Throws PL_KNOB_* for what [[knobs]] declare and the repository does not have. */
export async function findKnobs(request: KnobRequest): Promise<Knob[]> {
  return (await lookForKnobs(request)).knobs;
}

/** The same with the settings that are left out, and why. */
export async function lookForKnobs({ worktree, config, machine = knobMachine() }: KnobRequest): Promise<{ knobs: Knob[]; left: ImpossibleSetting[] }> {
  const tree = await openSourceTree(worktree);
  const context: KnobContext = { tree, commands: await knobCommands(tree, config), training: trainingOf(config), machine };
  return possibleKnobs(tree, config, withOwnIds([...finders.flatMap((find) => withLooseCommands(context, find(context))), ...declaredKnobs(context, config.knobs)]));
}

/** Two files of one folder can hold the same kind of knob, as a Makefile and what it includes. */
function withOwnIds(knobs: readonly Knob[]): Knob[] {
  const count = new Map<string, number>();
  for (const { id } of knobs) count.set(id, (count.get(id) ?? 0) + 1);
  return knobs.map((knob) => ((count.get(knob.id) ?? 0) < 2 ? knob : { ...knob, id: `${knob.id}:${posix.basename(knob.file)}` }));
}
