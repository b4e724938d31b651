import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { messageNames } from '../../src/core/messages.js';
import { cli } from './cli.js';
import { makeTarget, sharedEngine } from './shared.js';
import { resultBranch, startRun } from './runs.js';
import { makesFast, proposer, scoredProgram, scoreScript } from './target.js';

const engine = sharedEngine();

/** From a moment on the benchmark fails. */
const target = makeTarget((outside) => ({
  ...scoredProgram({ alpha: 40 }, `[loop]\nrounds = 1\n[propose]\nrecipes = false\nscript = "node ${proposer(outside, makesFast)}"\n[approval]\nmode = "each"`),
  'bench/score.sh': `if [ -e ${outside}/broken ]; then exit 1; fi\n${scoreScript}`,
}));

it('a final measurement without numbers is a warning: what was accepted is published all the same', async () => {
  const run = await startRun(engine, target);
  await run.until('the candidate waits', (status) => status.state === 'awaiting-approval');
  writeFileSync(join(target.outside, 'broken'), '');
  await run.handle.executeUpdate(messageNames.decide, { args: [run.decide('r1-1', true)] });
  const status = await run.result();
  expect(status).toMatchObject({ state: 'done', accepted: 1, final: null, speedup: { final: false } });
  expect(status.warnings).toContainEqual(expect.stringContaining('None of the 10 pairs'));
  expect(resultBranch(engine, status)).toBe(status.champion);
  expect((await cli(engine, ['show', run.id])).stdout).toContain('None of the 10 pairs');
});
