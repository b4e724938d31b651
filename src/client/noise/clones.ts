import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CommandSpec, Config } from '../../core/config/schema.js';
import { PerfloopError } from '../../core/errors.js';
import { commandEnvironment } from '../../measure/command-environment.js';
import { outputTail } from '../../measure/metrics.js';
import { runCommand } from '../../measure/run-command.js';
import { runEnvironment } from '../../measure/run-environment.js';
import { git } from '../../workspace/git.js';
import { removeTree } from '../../workspace/remove-tree.js';

export interface ClonesRequest {
  /** Top folder of the repository; only cloned from, never written to. Null: empty folders, with nothing set up. */
  root: string | null;
  config: Config;
  count: number;
  onStep: (text: string) => void;
  signal: AbortSignal;
}

/**
 * Works in temporary clones of the last commit, each set up and built, and removes them. `scratch` is the folder that they
 * are in. Throws PL_COMMAND_FAILED where set-up or build fail.
 */
export async function inClones<T>({ root, config, count, onStep, signal }: ClonesRequest, work: (clones: string[], scratch: string) => Promise<T>): Promise<T> {
  const scratch = await mkdtemp(join(tmpdir(), 'perfloop-noise-'));
  try {
    const clones: string[] = [];
    for (let index = 0; index < count; index++) {
      const clone = await mkdtemp(join(scratch, 'clone-'));
      clones.push(clone);
      if (root === null) continue;
      onStep(count === 1 ? 'cloning into a temporary folder' : `cloning into a temporary folder (${index + 1} of ${count})`);
      await git(['clone', '--quiet', '--shared', root, clone], { cwd: scratch, signal });
      for (const [name, command] of [['setup', config.target.setup], ['build', config.commands.build]] as const) {
        if (command === undefined) continue;
        onStep(`${name}: ${command.run}`);
        await must(name, command, clone, signal);
      }
    }
    return await work(clones, scratch);
  } finally {
    await removeTree(scratch);
  }
}

async function must(name: string, command: CommandSpec, clone: string, signal: AbortSignal): Promise<void> {
  const result = await runCommand({ command: command.run, cwd: join(clone, command.cwd), env: runEnvironment(commandEnvironment({ extra: command.env })), timeoutMs: command.timeout, signal });
  signal.throwIfAborted();
  if (result.ok) return;
  const how = result.timedOut ? `did not end within ${command.timeout / 1000} s` : `ended with ${result.signal ?? `exit code ${result.exitCode}`}`;
  throw new PerfloopError('PL_COMMAND_FAILED', `the ${name} command ${how} in a fresh clone`, { where: command.run, problems: outputTail(result, 600).split('\n').slice(-8), fix: 'Correct it in perfloop.toml: it must work in a fresh clone of the last commit.' });
}
