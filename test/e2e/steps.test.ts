import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openStoreReader } from '../../src/store/reader.js';
import { makeTarget, sharedEngine } from './shared.js';
import { startRun, verdictOf } from './runs.js';
import { makesFast, proposer, scoredProgram } from './target.js';

const engine = sharedEngine();

/** All steps of a round but the warm-up twice. */
const twice = ['profile', 'analyze', 'optimize', 'execute'];
const steps = ['type = "warmup"', ...twice.map((type) => `type = "${type}"`), ...twice.map((type) => `type = "${type}"\nname = "${type}-again"`)].map((step) => `[[steps]]\n${step}\n`).join('');
// Besides them, what starts the program has a share on a busy machine; and gamma is seen and left out, whatever else is.
const profile = '[profile]\nmin_share = 0.1\nignore = ["^gamma$"]\n';
const target = makeTarget((outside) => scoredProgram({ alpha: 160, beta: 80, gamma: 40 }, `[loop]\nrounds = 1\ncandidates_per_round = 1\n${profile}[propose]\nrecipes = false\nscript = "node ${proposer(outside, makesFast)}"\n${steps}`));

it('a round that executes twice goes on counting its trials', async () => {
  const status = await (await startRun(engine, target)).result();
  expect(status.trials.map((trial) => `${trial.id} ${verdictOf(trial)}`)).toEqual(['r1-1 accepted faster', 'r1-2 accepted faster']);
  const stored = openStoreReader(engine.home);
  expect(stored?.runStatus(status.run)?.trials).toEqual(status.trials);
  stored?.close();
  const entries = (folder: string, kind: string): string[] => (JSON.parse(readFileSync(join(engine.home.logs, status.run, folder, `entries-${kind}.json`), 'utf8')) as { function: string }[]).map(({ function: name }) => name);
  // Alpha waits no longer when it is profiled again.
  expect(entries('analyze-1', 'filtered')).toEqual(['alpha', 'beta']);
  expect(entries('analyze-again-1', 'filtered')).toContain('beta');
  expect(entries('analyze-1', 'raw')).toEqual(expect.arrayContaining(['alpha', 'beta', 'gamma']));
  expect(entries('analyze-1', 'raw').length).toBeGreaterThan(2);
});
