import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MockActivityEnvironment } from '@temporalio/testing';
import { expect, test } from 'vitest';
import { knobActivities } from '../../src/activities/knobs.js';
import { worktreeActivities } from '../../src/activities/worktrees.js';
import { parseConfig } from '../../src/core/config/parse.js';
import { findOpenWorktree } from '../../src/workspace/open-worktree.js';
import { missing } from '../propose/knobs/fixture.js';
import { prepared, userRepository } from '../workspace/fixture.js';

const run = <Input, Output>(activity: (input: Input) => Promise<Output>, input: Input): Promise<Output> => new MockActivityEnvironment().run<[Input], Output, (input: Input) => Promise<Output>>(activity, input);

const files = {
  Makefile: 'CC = gcc\nCFLAGS = -O2 $(EXTRA)\nprog: out/main.o out/twice.o\n\t$(CC) -o $@ $^\nout/%.o: %.c\n\t@mkdir -p out\n\t$(CC) $(CFLAGS) -c -o $@ $<\n',
  'main.c': '#include <stdio.h>\n#include <stdlib.h>\nint twice(int);\nint main(int c, char **v) { (void)c; printf("%d\\n", twice(atoi(v[1]))); return 0; }\n',
  'twice.c': 'int twice(int x) { return x > 3 ? 2 * x : x + x; }\n',
};

/** What the search is offered for a repository, with a training of this command. */
async function offered(train: string, more: Record<string, string> = {}) {
  const { home, artifacts, target, base } = await prepared(userRepository({ ...files, '.gitignore': 'prog\n*.o\n', ...more }));
  const deps = { home, artifacts, host: 'here', devices: ['cpu'], gpu: null, env: process.env };
  const config = parseConfig(`[commands]\nbuild = "make -s prog"\nbenchmark = "./prog 7"\n[propose.knobs]\nkinds = ["profile-guided"]\ntrain = "${train}"\n[sandbox]\nmode = "off"\n`, 'perfloop.toml');
  const scope = { v: 1 as const, run: 'r-train', trial: 'knobs-1', target, config };
  const { openWorktrees, applyCandidate } = worktreeActivities(deps);
  const [worktree] = await run(openWorktrees, { ...scope, worktrees: [{ key: 'r-train/read', commit: target.base }] });
  if (worktree === undefined) throw new Error('no worktree');
  const found = await run(knobActivities(deps).findKnobs, { ...scope, champion: target.base, worktree, hardware: null, tried: [], sampled: [] });
  return { ...found, home, base, scope, target, openWorktrees, applyCandidate };
}

test.skipIf(missing('gcc', 'make'))('a build of GCC is trained on the champion, becomes a candidate with its profiles, and reads them wherever it is built', async () => {
  const { arms, left, scope, target, home, openWorktrees, applyCandidate } = await offered('./prog 1 && ./prog 2');
  expect(left).toEqual([]);
  expect(arms.map(({ id }) => id)).toEqual(['makefile-profile=-fprofile-use']);
  const candidate = arms[0]?.candidate;
  if (candidate == null) throw new Error('no candidate');
  const applied = await run(applyCandidate, { ...scope, champion: target.base, candidate });
  if (applied.kind !== 'applied') throw new Error(JSON.stringify(applied));
  expect((applied.flags ?? []).map(({ code, file }) => `${code} ${file}`).toSorted()).toEqual(['binary out/main.gcda', 'binary out/twice.gcda', 'build Makefile']);
  await run(openWorktrees, { ...scope, worktrees: [{ key: 'r-train/built', commit: applied.commit }] });
  const built = await findOpenWorktree(home, 'r-train/built');
  if (built === undefined) throw new Error('no worktree');
  expect(readFileSync(join(built.path, 'Makefile'), 'utf8')).toContain('CFLAGS = -O2 -fprofile-use -fprofile-partial-training -Wno-missing-profile -Wno-error=coverage-mismatch $(EXTRA)');
  const make = (): string => execFileSync('make', ['-B', 'prog', 'EXTRA=-Wmissing-profile -Werror=missing-profile'], { cwd: built.path, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  expect(make()).toContain('-fprofile-use');
  execFileSync('rm', [join(built.path, 'out/twice.gcda')]);
  expect(make).toThrow(/missing-profile/);
});

test.skipIf(missing('gcc', 'make'))('a training that fails, or whose profile git ignores, offers nothing and says why', async () => {
  expect(await offered('exit 3')).toMatchObject({ arms: [], left: [{ id: 'makefile-profile=-fprofile-use', why: expect.stringMatching(/^the training failed: .* ended with exit code 1$/) as string }] });
  expect((await offered('./prog 1', { '.gitignore': 'prog\n*.o\n*.gcda\n' })).left[0]?.why).toBe('git ignores what the training left (out/main.gcda, out/twice.gcda)');
});
