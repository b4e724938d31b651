import { expect, it } from 'vitest';
import { rulesOf } from '../../src/activities/guard-protected.js';
import { parseConfig } from '../../src/core/config/parse.js';
import { protectedChanges } from '../../src/workspace/protected.js';
import { resolveCandidate } from '../../src/workspace/snapshot.js';
import { commitAllOf, prepared, userRepository, write } from '../workspace/fixture.js';

it('files of steps and modules of step types may be changed by no candidate, even where they are editable', async () => {
  const gate = '[[steps]]\ntype = "own"\n';
  const dir = userRepository({ 'src/a.js': '1\n', 'src/gate.toml': gate, 'src/own.mjs': 'export function own() {}\n', 'src/other.mjs': '1\n' });
  const config = parseConfig('[target]\neditable = ["src"]\n[step_types.own]\nmodule = "src/own.mjs"\n[[steps]]\ntype = "pipeline"\nfile = "src/gate.toml"\n', 'perfloop.toml', { config: 'perfloop.toml', texts: new Map([['src/gate.toml', { text: gate }]]), shown: (path) => path });
  const { repository, artifacts, target, base } = await prepared(dir);
  write(dir, { 'src/a.js': '2\n', 'src/gate.toml': `${gate}\n`, 'src/own.mjs': 'export function own() { return 1; }\n', 'src/other.mjs': '2\n' });
  commitAllOf(dir, 'candidate');
  const candidate = await resolveCandidate({ dir, revision: 'HEAD', base: target.base, artifacts });
  await repository.ensureCommit(candidate);
  expect((await protectedChanges(repository, base, candidate.commit, await rulesOf(repository, target, config))).map(({ path }) => path).sort()).toEqual(['src/gate.toml', 'src/own.mjs']);
});
