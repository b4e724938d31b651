import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseConfig } from '../../core/config/parse.js';
import type { Config } from '../../core/config/schema.js';
import { PerfloopError } from '../../core/errors.js';
import { openCheckout } from '../../workspace/checkout.js';
import { resolveRevision } from '../../workspace/revision.js';
import { note, type CliContext } from '../context.js';
import { detectProject } from '../detect/detect.js';
import type { Detected } from '../detect/model.js';
import { renderConfig } from '../detect/render.js';
import { detachOnSignals } from '../follow.js';
import { configName } from '../load-config.js';
import { measureSpread } from '../measure-spread.js';
import { proposeGain, type GainProposal } from '../propose-gain.js';

export interface InitOptions {
  dir: string;
  /** Whether to run the benchmark in a temporary clone. */
  measure: boolean;
  samples: number;
}

export interface InitResult {
  file: string;
  languages: Detected['languages'];
  commands: { setup: string | null; build: string | null; test: string | null; benchmark: string | null };
  metrics: string[];
  notes: string[];
  /** Null where nothing was measured; `problem` then says why, if it was tried. */
  measured: (GainProposal & { samples: number }) | null;
  problem: { code: string; message: string; problems: readonly string[]; fix: string | undefined } | null;
}

/** Writes a `perfloop.toml` at the top of the repository. Throws PL_CONFIG_EXISTS where there is one. */
export async function init(context: CliContext, options: InitOptions): Promise<InitResult> {
  const checkout = await openCheckout(resolve(context.cwd, options.dir));
  if (checkout.bare) throw new PerfloopError('PL_BARE_REPOSITORY', 'a bare repository has no place for a config', { where: checkout.root, fix: 'Name a checkout of it.' });
  const file = join(checkout.root, configName);
  if (existsSync(file)) throw exists(file);
  await resolveRevision(checkout, 'HEAD');
  const detected = await detectProject(checkout.root);
  const found = parseConfig(renderConfig(detected, { minGain: 0.02, spread: null }), configName);
  const outcome = options.measure && found.commands.benchmark !== undefined ? await tryMeasuring(context, checkout.root, found, options.samples) : { measured: null, problem: null };
  const { measured, problem } = outcome;
  const text = renderConfig(detected, measured === null ? { minGain: 0.02, spread: null } : { minGain: measured.minGain, spread: measured.plan.spread });
  await writeFile(file, text, { flag: 'wx' }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'EEXIST') throw exists(file);
    throw new PerfloopError('PL_CONFIG_UNWRITABLE', `the config cannot be written: ${error.code ?? error.message}`, { where: file, fix: 'Make the folder writable.', cause: error });
  });
  const { commands } = found;
  return {
    file,
    languages: detected.languages,
    commands: { setup: found.target.setup?.run ?? null, build: commands.build?.run ?? null, test: commands.test?.run ?? null, benchmark: commands.benchmark?.run ?? null },
    metrics: found.metrics.map((metric) => metric.name),
    notes: detected.main?.notes ?? [],
    measured,
    problem,
  };
}

/** A benchmark that does not work yet is no reason to write no config: the person has to mend it there. */
async function tryMeasuring(context: CliContext, root: string, config: Config, samples: number): Promise<Pick<InitResult, 'measured' | 'problem'>> {
  const { signal, release } = detachOnSignals();
  try {
    const noise = await measureSpread({ home: context.home, root, config, samples, signal, onStep: (text) => note(context, text) });
    return { measured: { ...proposeGain(noise), samples: noise.pairs * 2 }, problem: null };
  } catch (error) {
    if (signal.aborted) throw new PerfloopError('PL_INTERRUPTED', 'interrupted; nothing was written', { where: root });
    if (!(error instanceof PerfloopError)) throw error;
    return { measured: null, problem: { code: error.code, message: error.message, problems: error.problems, fix: error.fix } };
  } finally {
    release();
  }
}

function exists(file: string): PerfloopError {
  return new PerfloopError('PL_CONFIG_EXISTS', `there is a ${configName} already`, { where: file, fix: 'Edit it, or move it away first: init never overwrites.' });
}
