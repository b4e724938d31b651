import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { tmpdir } from 'node:os';
import { afterAll, expect, it } from 'vitest';
import { judge } from '../../src/client/verbs/judge.js';
import type { RunStatus } from '../../src/core/status.js';
import { trialOf, verdictOf } from './runs.js';
import { makeTarget, sharedEngine } from './shared.js';
import { scoreScript } from './target.js';

// A host where bubblewrap is installed and the kernel lets nobody make namespaces.

const programs = mkdtempSync(join(tmpdir(), 'perfloop-programs-'));
afterAll(() => rmSync(programs, { recursive: true, force: true }));
writeFileSync(join(programs, 'bwrap'), '#!/bin/sh\nif [ "$1" = --version ]; then echo bubblewrap 0.8.0; exit; fi\necho "bwrap: No permissions to create new namespace, likely because the kernel does not allow non-privileged user namespaces." >&2\nexit 1\n');
chmodSync(join(programs, 'bwrap'), 0o755);

const engine = sharedEngine({ PATH: `${programs}${delimiter}${process.env['PATH'] ?? ''}` });

const config = (mode: string): string => `[commands]\nbenchmark = "sh bench/score.sh"\n[[metrics]]\nname = "score"\npattern = "score: ([0-9.]+)"\ngoal = "max"\n[verdict]\nprotocol = "fixed"\nwarmups = 0\nruns = 6\nnoise_pairs = 4\n[sandbox]\nmode = "${mode}"\n`;
const target = makeTarget(() => ({ 'src/work.js': 'const ms = 60;\n', 'bench/score.sh': scoreScript, 'perfloop.toml': config('auto') }));

async function judged(mode: string): Promise<RunStatus> {
  target.write({ 'src/work.js': 'const ms = 20;\n' });
  const file = join(target.outside, `${mode}.toml`);
  writeFileSync(file, config(mode));
  const { status } = await judge(engine.context, { repo: target.dir, base: 'main', candidate: 'WORKTREE', config: file });
  if (status === null) throw new Error('it was left');
  return status;
}

it('a run goes on without a sandbox, and says so once, with how to get one', async () => {
  const status = await judged('auto');
  expect(verdictOf(trialOf(status, 'candidate'))).toBe('accepted faster');
  expect(status.warnings.filter((warning) => warning.includes('without a sandbox'))).toEqual([expect.stringMatching(/No permissions to create new namespace.*sysctl/s)]);
});

it('a run that must have one is refused before anything of the target runs', async () => {
  const status = await judged('require');
  expect(status.state).toBe('failed');
  expect(status.error).toMatchObject({ code: 'PL_SANDBOX', where: 'sandbox.mode', fix: expect.stringContaining('sysctl') as string });
});

it('a run that wants none says nothing', async () => {
  expect((await judged('off')).warnings.filter((warning) => warning.includes('sandbox'))).toEqual([]);
});
