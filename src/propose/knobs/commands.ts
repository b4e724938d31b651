import { benchmarksOf } from '../../core/config/benchmarks.js';
import type { CommandSpec, Config } from '../../core/config/schema.js';
import { simpleCommands } from '../../core/shell-words.js';
import type { SourceTree } from '../../scan/source-tree.js';
import { commandTexts, type CommandSource } from '../../workspace/command-files.js';
import type { KnobCommand, KnobContext } from './finder.js';

/** The commands of a config that build, test and measure, with the scripts behind them as the tree has them. */
export async function knobCommands(tree: SourceTree, config: Pick<Config, 'target' | 'commands' | 'benchmarks' | 'service'>): Promise<KnobCommand[]> {
  const { setup } = config.target;
  const { build, test } = config.commands;
  const measured = config.service === undefined ? benchmarksOf(config).map(({ command }) => command) : [{ run: config.service.start, cwd: config.service.cwd, env: config.service.env }];
  const specs: [KnobCommand['role'], Pick<CommandSpec, 'run' | 'cwd' | 'env'> | undefined][] = [['setup', setup], ['build', build], ['test', test], ...measured.map((spec): ['benchmark', typeof spec] => ['benchmark', spec])];
  const makefiles = new Set([...tree.paths].filter((path) => /(?:^|\/)(?:GNUm|M|m)akefile$/.test(path)).map((path) => tree.text(path)));
  const found: KnobCommand[] = [];
  for (const [role, spec] of specs) {
    if (spec === undefined) continue;
    const texts = await commandTexts(sourceOf(tree), '', { run: spec.run, cwd: spec.cwd });
    found.push({ role, run: spec.run, cwd: spec.cwd, env: spec.env, texts, scripts: texts.filter((text) => !makefiles.has(text)) });
  }
  return found;
}

/** A command of its own. No benchmark trains: each of them counts in the verdict. */
export function trainingOf({ propose }: { propose?: Config['propose'] }): KnobContext['training'] {
  const own = propose?.knobs?.train;
  return own === undefined ? null : { run: own, env: {} };
}

/** A tree in the place of a revision of a repository. */
export function sourceOf(tree: SourceTree): CommandSource {
  return {
    listFiles: () => Promise.resolve([...tree.paths]),
    readFileAt: (_revision, path) => Promise.resolve(Buffer.from(tree.text(path) ?? '', 'utf8')),
  };
}

/** The simple commands of a text that start a program, with the words before it (`env A=1 nice`) left in. */
export function starting(program: RegExp, texts: readonly string[]): string[][] {
  return texts.flatMap(simpleCommands).filter((words) => words.some((word) => program.test(word)));
}
