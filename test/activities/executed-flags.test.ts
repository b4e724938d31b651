import { MockActivityEnvironment } from '@temporalio/testing';
import { expect, it } from 'vitest';
import { executedFlagsActivity } from '../../src/activities/executed-flags.js';
import { worktreeActivities } from '../../src/activities/worktrees.js';
import { parseConfig } from '../../src/core/config/parse.js';
import type { Flag } from '../../src/core/flag.js';
import { prepared, userRepository } from '../workspace/fixture.js';

const lib = 'export function used() {\n  return 1;\n}\nexport function unused() {\n  return Date.now();\n}\n';
const flag: Flag = { code: 'clock', file: 'lib.mjs', line: 5, text: 'Date.now()', why: 'it reads the clock' };

/** What becomes of a flag in a function that the benchmark does not call, where the benchmark also does this. */
async function flagsAfter(also: string): Promise<Flag[]> {
  const { home, artifacts, target } = await prepared(userRepository({ 'lib.mjs': lib, 'bench/run.mjs': "import { used } from '../lib.mjs'; used();\n" }));
  const deps = { home, artifacts, host: 'here', devices: ['cpu'], gpu: null, env: process.env };
  const config = parseConfig(`[commands]\nbenchmark = '''node bench/run.mjs; ${also}'''\n[sandbox]\nmode = "off"\n`, 'perfloop.toml');
  const scope = { v: 1 as const, run: 'r-lines', trial: 't', target, config };
  const run = <Input, Output>(activity: (input: Input) => Promise<Output>, input: Input): Promise<Output> => new MockActivityEnvironment().run<[Input], Output, (input: Input) => Promise<Output>>(activity, input);
  const [worktree] = await run(worktreeActivities(deps).openWorktrees, { ...scope, worktrees: [{ key: 'r-lines/b', commit: target.base }] });
  if (worktree === undefined) throw new Error('no worktree');
  return run(executedFlagsActivity(deps), { ...scope, worktree, flags: [flag] });
}

it('marks what the benchmark does not execute', async () => {
  expect(await flagsAfter('true')).toEqual([{ ...flag, executed: false }]);
});

it.each([
  ['leaves a pipe among the coverage', 'mkfifo "$NODE_V8_COVERAGE/pipe"'],
  ['leaves a folder among it', 'mkdir "$NODE_V8_COVERAGE/folder"'],
  ['puts a pipe in the place of the source', 'rm lib.mjs; mkfifo lib.mjs'],
  ['changes the source, so that lines are others', 'echo "// more" >> lib.mjs'],
  ['takes the folder of the coverage away', 'chmod 000 "$NODE_V8_COVERAGE"; rmdir "$NODE_V8_COVERAGE" || mv "$NODE_V8_COVERAGE" "$NODE_V8_COVERAGE.gone"'],
  ['fails', 'false'],
])('leaves every flag as it is where the benchmark %s', async (_what, also) => {
  expect(await flagsAfter(also)).toEqual([flag]);
});
