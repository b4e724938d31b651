import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MockActivityEnvironment } from '@temporalio/testing';
import { expect, it } from 'vitest';
import { askModelActivity } from '../../src/activities/ask-model.js';
import { worktreeActivities } from '../../src/activities/worktrees.js';
import type { ArtifactRef } from '../../src/core/artifact.js';
import type { Candidate } from '../../src/core/candidate.js';
import { parseConfig } from '../../src/core/config/parse.js';
import type { ProviderKind } from '../../src/core/config/models-schema.js';
import type { Finding } from '../../src/core/finding.js';
import type { TalkRecord } from '../../src/core/model-talk.js';
import { modelServer, type Scripted } from '../support/model-server.js';
import { prepared, temporaryFolder, userRepository } from '../workspace/fixture.js';

// Real worktrees and commands, against a local server that speaks the provider's streams.

const run = <Input, Output>(activity: (input: Input) => Promise<Output>, input: Input): Promise<Output> => new MockActivityEnvironment().run<[Input], Output, (input: Input) => Promise<Output>>(activity, input);

/** Two cases, each a test by its name; the build notes itself outside, and takes no `broken` delay. */
const files = {
  'src/delay': '0.04\n',
  'src/cases': 'one\ntwo\n',
  'build.sh': 'echo built >> "$EFFECTS"; ! grep broken src/delay && cp src/delay out\n',
  'test/check.sh': 'n=0; for name in $(cat src/cases); do n=$((n+1)); echo "ok $n - $name"; done; echo "1..$n"\n',
  '.gitignore': 'out\n',
};
const finding: Finding = { id: 'f', category: 'H1', title: 'It sleeps', file: 'src/delay', function: 'sleep', line: 1, language: 'other', selfShare: 0.9, totalShare: 0.9, hotLines: [], snippet: '0.04', callSites: [], evidence: [] };

const apply = (file: string, old: string, to: string) => ({ name: 'sandbox_apply', input: { edits: [{ file, old, new: to }] } });
const validate = { name: 'sandbox_validate', input: {} };
const scriptOf = (measures: boolean): Scripted[] => [
  { calls: [{ name: 'submit_verdict', input: { real: true, reasons: ['It sleeps.'], confidence: 'high' } }] },
  { calls: [validate, apply('src/delay', '0.04', 'broken'), validate] },
  { calls: [apply('src/cases', 'two\n', ''), validate, apply('test/check.sh', 'n=0', 'n=1')] },
  { calls: [apply('src/delay', '0.04', '0.01'), validate, ...(measures ? [{ name: 'sandbox_measure', input: { pairs: 4 } }] : []), validate] },
  { calls: [{ name: 'submit_candidates', input: { candidates: [{ title: 'Sleep less', rationale: 'Less sleep.', edits: [{ file: 'src/delay', old: '0.04', new: '0.01' }] }] } }] },
];

it.each<[ProviderKind, boolean]>([['openai', true], ['anthropic', false]])('%s: tries changes before it proposes one, as often as the config says, and is told the same in a replay without a command', async (kind, measures) => {
  const script = scriptOf(measures);
  const most = measures ? 4 : 3;
  const server = await modelServer(kind, (_, n) => script[n] ?? { text: ['?'] });
  const { home, artifacts, target, base } = await prepared(userRepository(files));
  const effects = join(temporaryFolder(), 'effects');
  const builds = (): number => (existsSync(effects) ? readFileSync(effects, 'utf8').trim().split('\n').length : 0);
  const config = parseConfig(`[sandbox]\nmode = "off"\n[commands]\nbenchmark = "sleep $(cat out)"\ntest = "sh test/check.sh"\nsmoke = "test -e out"\n[commands.build]\nrun = "sh build.sh"\nenv = { EFFECTS = "${effects}" }\n[models.m]\nprovider = "${kind}"\nmodel = "gpt-5"\nbase_url = "${server.url}"\n[phases.optimize]\nmodel = "m"\nsandbox_runs = ${most}\n`, 'perfloop.toml');
  const deps = { home, artifacts, host: 'here', devices: ['cpu'], gpu: null, env: process.env };
  const scope = { v: 1 as const, run: 'r-try', trial: 'optimize-1', target, config };
  const [worktree] = await run(worktreeActivities(deps).openWorktrees, { ...scope, worktrees: [{ key: 'r-try/champion', commit: target.base }] });
  if (worktree === undefined) throw new Error('no worktree');
  const findings = await artifacts.put('findings', JSON.stringify([finding]));
  const ask = async (id: string, replay?: ArtifactRef) => {
    const asked = await run(askModelActivity(deps), { ...scope, run: id, worktree, findings, position: 0, model: 'm', profile: null, attempts: [], ...(replay === undefined ? {} : { replay }) });
    if (asked?.candidates == null) throw new Error(`nothing was proposed: ${asked?.talk.note ?? ''}`);
    return { ...asked, candidates: await artifacts.getJson<Candidate[]>(asked.candidates), record: await artifacts.getJson<TalkRecord>(asked.talk.record) };
  };

  const asked = await ask('r-try');
  await server.close();
  expect(asked.candidates).toMatchObject([{ title: 'Sleep less', change: { kind: 'edits', edits: [{ file: 'src/delay', text: '0.01' }] } }]);
  const bodies = server.received.map(({ body }) => JSON.stringify(body));
  const [judged = '', , broken = '', lost = '', measured = ''] = bodies;
  expect(judged).toContain('can run nothing but what the sandbox_ tools run');
  expect(bodies[1]).toContain(`its commands run at most ${most} times`);
  expect(broken).toMatch(/There is no change yet: put one there by sandbox_apply[^]*The change is there: src\/delay[^]*The build fails: `sh build\.sh` ended with exit code 1/);
  // The test command ends well, but one of the base's tests is gone.
  expect(lost).toMatch(/The test fails: [^"]*two/);
  expect(lost).toMatch(/test\/check\.sh: must not be changed/);
  expect(measured).toMatch(/It passed build, test, smoke\.[^]*runs of the sandbox are used/);
  if (measures) expect(measured).toMatch(/4 pairs: \d\.\d+ times as fast[^]*This is no verdict/);
  // The base for its tests, and three changes; what has the same files is copied.
  const built = builds();
  expect(built).toBeGreaterThanOrEqual(4);
  // Its worktrees are gone.
  expect(readdirSync(home.worktrees).filter((name) => !name.startsWith('.'))).toHaveLength(1);

  // Another attempt of the same work, and another run with the recording: no command, no request.
  expect((await ask('r-try')).candidates).toEqual(asked.candidates);
  expect((await ask('r-again', asked.record.traffic)).candidates).toEqual(asked.candidates);
  expect([builds(), server.received.length]).toEqual([built, script.length]);
  expect(base).toBe(worktree.commit);
}, 120_000);
