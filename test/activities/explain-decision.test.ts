import { MockActivityEnvironment } from '@temporalio/testing';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { explainDecisionActivity } from '../../src/activities/explain-decision.js';
import { parseConfig } from '../../src/core/config/parse.js';
import { commitAll } from '../../src/workspace/commit-worktree.js';
import { openWorktree } from '../../src/workspace/open-worktree.js';
import { modelServer, type Received, type Scripted } from '../support/model-server.js';
import { told } from '../support/told-decision.js';
import { prepared, temporaryFolder, userRepository, write } from '../workspace/fixture.js';

const key = 'planted-by-the-test-5c1d07';

type Explain = ReturnType<typeof explainDecisionActivity>;

/** A change of `src/a.js`, checked out, and somebody to explain what becomes of it. */
async function ground(config: string, by: { kind: 'model' | 'agent'; name: string }) {
  const { home, artifacts, target } = await prepared(userRepository());
  const { repository } = await prepared(target.origin, home);
  const open = (name: string, commit: string) => openWorktree({ home, repository, key: `r-test/${name}`, commit, layoutSeed: 0, place: null, prepare: async () => {} });
  const edited = await open('edited', target.base.commit);
  write(edited.path, { 'src/a.js': 'export const a = 2;\n' });
  const change = await repository.commitRef(await commitAll(edited, 'Two\n', 0), target.base);
  const worktree = await open('seen', change.commit);
  const patch = await artifacts.put('json', JSON.stringify({ rationale: 'Two is less work.' }));
  const explain = explainDecisionActivity({ home, artifacts, host: 'here', devices: ['cpu'], gpu: null, env: { PATH: process.env['PATH'], HOME: temporaryFolder(), A_MODEL_KEY: key } });
  const input: Parameters<Explain>[0] = {
    v: 1, run: 'r-test', trial: 'round-02/0004-decide', target, config: parseConfig(`[sandbox]\nmode = "off"\n${config}`, 'perfloop.toml'), by, change: { champion: target.base.commit, commit: change },
    told: { ...told, trial: { ...told.trial, candidate: { ...told.trial.candidate, patch } } }, worktree: { key: worktree.key, commit: worktree.commit },
  };
  const logs = join(home.logs, 'r-test');
  const text = (name: string): string => readFileSync(join(logs, name), 'utf8');
  return {
    explain: () => new MockActivityEnvironment().run<[typeof input], Awaited<ReturnType<Explain>>, Explain>(explain, input),
    worktree: worktree.path,
    text,
    explanation: () => JSON.parse(text('round-02/0004-decide/explanation.json')) as object,
    spent: () => (existsSync(join(logs, 'spending.jsonl')) ? text('spending.jsonl').trim().split('\n').map((line) => (JSON.parse(line) as { what: string }).what) : []),
  };
}

async function server(script: (request: Received, n: number) => Scripted) {
  const started = await modelServer('anthropic', script);
  onTestFinished(() => started.close());
  return started;
}

const model = (url: string, more = ''): string => `[models.m]\nprovider = "anthropic"\nmodel = "claude-sonnet-5-5"\nbase_url = "${url}"\napi_key = "$A_MODEL_KEY"\n${more}`;
const submit = (input: object): Scripted => ({ calls: [{ name: 'submit_explanation', input }] });

it('a model is told verdict, rounds and change, mends its answer once, and is paid for', async () => {
  const { url, received } = await server((_request, n) => submit(n === 0 ? { explanation: 'No message.' } : { explanation: `Faster by 30%.\n${key}`, commit_message: 'Count to two\n\nPerfloop-Run: r-9\nLess work.', decision: 'accept' }));
  const { explain, explanation, spent } = await ground(model(url), { kind: 'model', name: 'm' });
  const answer = await explain();
  expect(answer).toMatchObject({ said: { explanation: expect.stringMatching(/^Faster by 30%\. \[redacted/) as string, commitMessage: 'Count to two\n\nLess work.', would: 'accept' }, note: null, talk: { phase: 'decide', model: 'm', finding: 'r2-1', title: 'decide: explained r2-1', spent: { calls: 2 } } });
  const asked = JSON.stringify(received[0]?.body);
  for (const part of ['# A decision to explain', 'src/a.js | 2 +-', '-export const a = 1;', 'Two is less work.', 'Measured 1.300x', 'median 20', 'median 10']) expect(asked).toContain(part);
  expect(JSON.stringify(received[1]?.body)).toContain('commit_message');
  expect(explanation()).toMatchObject({ by: { name: 'm' }, trial: 'r2-1', decision: 'accepted', said: { would: 'accept' }, prompt: { name: 'explain', version: 1 } });
  expect(spent()).toEqual(['begin', 'end', 'begin', 'end']);
});

it('says nothing, and why, where an answer is of no use after its repair, or the budget holds no question', async () => {
  const useless = await server(() => submit({ explanation: '' }));
  const twice = await ground(model(useless.url), { kind: 'model', name: 'm' });
  expect(await twice.explain()).toMatchObject({ said: null, note: expect.stringContaining('no usable submit_explanation, also after a second try') as string, talk: { title: 'decide: said nothing that can be used r2-1' } });
  expect(useless.received).toHaveLength(2);
  const poor = await ground(model(useless.url, '[budget]\ntokens = 1000\n'), { kind: 'model', name: 'm' });
  expect(await poor.explain()).toMatchObject({ said: null, note: expect.stringContaining('the budget of 1000 tokens does not hold') as string });
  expect(useless.received).toHaveLength(2);
  expect(poor.spent()).toEqual([]);
});

it('an agent answers by what it prints, is told once what is wrong with it, and leaves nothing behind', async () => {
  const script = `grep -q 'src/a.js | 2' "$0" && echo edited > src/a.js; if grep -q 'It cannot be used' "$0"; then echo 'So: {"explanation": "Two is less.", "commit_message": "Count to two", "decision": "drop"}'; else echo 'I think it is fine.'; fi`;
  const { explain, worktree, text, explanation, spent } = await ground(`[agents.critic]\ncommand = ["sh", "-c", ${JSON.stringify(script)}, "{prompt_file}"]\n`, { kind: 'agent', name: 'critic' });
  expect(await explain()).toMatchObject({ said: { explanation: 'Two is less.', commitMessage: 'Count to two', would: 'drop' }, note: null });
  expect(readFileSync(join(worktree, 'src/a.js'), 'utf8')).toBe('export const a = 2;\n');
  expect(text('round-02/0004-decide/critic-explain-2.prompt.md')).toContain('It ended in no JSON object.');
  expect(explanation()).toMatchObject({ by: { kind: 'agent', name: 'critic' }, said: { would: 'drop' } });
  expect(spent()).toEqual(['begin', 'end', 'begin', 'end']);
});

it('an agent that fails says nothing, and why', async () => {
  const { explain } = await ground('[agents.critic]\ncommand = ["sh", "-c", "echo no luck >&2; exit 3"]\n', { kind: 'agent', name: 'critic' });
  expect(await explain()).toMatchObject({ said: null, note: expect.stringContaining('no luck') as string });
});
