import { describe, expect, test } from 'vitest';
import { resolveCandidate } from '../../src/workspace/snapshot.js';
import { withoutCommit } from '../../src/workspace/without-commit.js';
import { commitAllOf, prepared, temporaryHome, userRepository, write } from './fixture.js';

const files = { 'a.js': 'a\n', 'b.js': 'b\n', 'c.js': 'c\n' };

/** Three commits on the base, in perfloop's own repository. */
async function line(changes: Record<string, string>[]) {
  const dir = userRepository(files);
  const { artifacts, repository, target, base } = await prepared(dir);
  const commits: string[] = [];
  for (const [index, change] of changes.entries()) {
    write(dir, change);
    commits.push(commitAllOf(dir, `change ${index}`));
  }
  const ref = await resolveCandidate({ dir, revision: 'HEAD', base: target.base, artifacts });
  await repository.ensureCommit(ref);
  const without = (drop: string) => withoutCommit({ home, repository, key: 'run/trial/leave-out', base, champion: ref.commit, drop });
  const home = temporaryHome();
  return { repository, commits, base, without };
}

describe('a line of commits without one of them', () => {
  test('keeps what the others changed, and says what they are called now', async () => {
    const { repository, commits, without } = await line([{ 'a.js': 'A\n' }, { 'b.js': 'B\n' }, { 'c.js': 'C\n' }]);
    const left = await without(commits[1] as string);
    if (left.kind !== 'left-out') throw new Error(left.text);
    const text = async (path: string) => (await repository.readFileAt(left.commit, path)).toString();
    expect([await text('a.js'), await text('b.js'), await text('c.js')]).toEqual(['A\n', 'b\n', 'C\n']);
    expect(left.renamed).toEqual({ [commits[2] as string]: left.commit });
  });

  test('gives the same commits when it is done again', async () => {
    const { commits, without } = await line([{ 'a.js': 'A\n' }, { 'b.js': 'B\n' }]);
    expect(await without(commits[0] as string)).toEqual(await without(commits[0] as string));
  });

  test('of the last one is what was before it', async () => {
    const { commits, without } = await line([{ 'a.js': 'A\n' }, { 'b.js': 'B\n' }]);
    expect(await without(commits[1] as string)).toEqual({ kind: 'left-out', commit: commits[0], renamed: {} });
  });

  test('is a conflict where a later one was made on top of it', async () => {
    const { commits, without } = await line([{ 'a.js': 'A\n' }, { 'a.js': 'AA\n' }]);
    expect(await without(commits[0] as string)).toEqual({ kind: 'conflict', text: '"change 1" was made on top of it' });
    expect(await without('f'.repeat(40))).toMatchObject({ kind: 'conflict' });
  });
});
