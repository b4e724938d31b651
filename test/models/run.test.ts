import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { newRunId } from '../../src/client/run-id.js';
import { startWorkflow } from '../../src/client/start.js';
import type { TalkRecord } from '../../src/core/model-talk.js';
import { openArtifacts } from '../../src/store/artifacts.js';
import { plainSettings } from '../../src/worker/connection.js';
import { resolveTarget } from '../../src/workspace/snapshot.js';
import { countingTarget, type CountingTarget } from '../support/counting-target.js';
import { patience, sharedLoop } from '../support/loop.js';
import { modelServer, type Received, type Scripted } from '../support/model-server.js';

const key = 'planted-by-the-test-8f2c91';
const loop = sharedLoop({ env: { A_MODEL_KEY: key } });
const targets: CountingTarget[] = [];
afterAll(() => targets.forEach((target) => target.remove()));

const verdict: Scripted = { text: ['It sleeps.'], reasoning: 'what sleeps?', calls: [{ name: 'submit_verdict', input: { real: true, reasons: ['The benchmark sleeps as long as src/delay says.'], confidence: 'high' } }] };
const faster: Scripted = { calls: [{ name: 'submit_candidates', input: { candidates: [
  { title: 'Sleep less', rationale: 'Less sleep takes less time.', edits: [{ file: 'src/delay', old: '0.07', new: '0.02' }] },
  { title: 'Sleep nothing', rationale: 'To be refused.', edits: [{ file: 'src/delay', old: '0.07\n', new: 'nothing\n' }] },
] } }] };

/** `upTo`: its plan ends with the proposals. */
function target(url: string, upTo?: 'optimize'): CountingTarget {
  const counting = countingTarget({ config: {
    ...(upTo === undefined ? {} : { steps: [{ type: 'profile' }, { type: 'analyze' }, { type: 'optimize' }] }),
    verdict: { protocol: 'fixed', runs: 8, warmups: 0 },
    propose: { script: undefined, models: ['m'] },
    models: { m: { provider: 'anthropic', model: 'claude-sonnet-5-5', base_url: url, api_key: '$A_MODEL_KEY' } },
    phases: { optimize: { findings: 1 } },
    budget: { money: 5 },
  } });
  targets.push(counting);
  return counting;
}

/** Starts a run, with a recording in place of models where there is one. */
async function start(counting: CountingTarget, replay?: string): Promise<string> {
  const artifacts = openArtifacts(loop.home.artifacts);
  const { target: resolved, warnings } = await resolveTarget({ dir: counting.dir, revision: 'main', artifacts });
  const run = newRunId('run');
  const settings = plainSettings(loop.state(), 'perfloop');
  const session = { client: loop.client(), settings, uiUrl: null, hold: () => async () => undefined, close: async () => undefined };
  await startWorkflow(session, { kind: 'run', input: { v: 1, run, target: resolved, config: counting.config, queuePrefix: settings.queuePrefix, who: 'a test', warnings, ...(replay === undefined ? {} : { replay: await artifacts.put('text', replay) }) } });
  return run;
}

it('accepts what a model proposes by the verdict, pays once although its worker is killed, and can be replayed', async () => {
  let killed = (): void => undefined;
  const isKilled = new Promise<void>((resolve) => (killed = resolve));
  const server = await modelServer('anthropic', async (received: Received, n) => {
    // The second request is under way when the worker dies.
    if (n === 1) await isKilled;
    return JSON.stringify(received.body).includes('# The changes') ? faster : verdict;
  });
  const counting = target(server.url);
  const run = await start(counting);
  await expect.poll(() => server.received.length, patience).toBe(2);
  await loop.kill('worker');
  killed();
  const { execution, status } = await loop.ended(run);
  expect({ execution, error: status?.error }).toEqual({ execution: 'COMPLETED', error: null });

  // The verdict was not asked for again; what had no answer yet was.
  expect(server.received.map(({ body }) => JSON.stringify(body).includes('# The changes'))).toEqual([false, true, true]);
  expect(status?.trials.map(({ candidate, verdict: told }) => [candidate.title, candidate.proposer, told?.kind]).toSorted()).toEqual([['Sleep less', 'm', 'accepted'], ['Sleep nothing', 'm', 'rejected']]);
  expect(status?.models?.talks).toMatchObject([{ model: 'm', real: true, proposed: 2, spent: { calls: 2 } }]);
  const lines = readFileSync(join(loop.home.logs, run, 'spending.jsonl'), 'utf8').trim().split('\n').map((line) => JSON.parse(line) as { what: string; money: number });
  expect(lines.map(({ what }) => what)).toEqual(['begin', 'end', 'begin', 'begin', 'end']);

  const shown = await loop.cli('show', run);
  expect(shown.stdout).toMatch(/models +2 calls, \d+ tokens, \$0\.00\d+\n +m: .*: real, 2 changes proposed/);

  await server.close();
  const artifacts = openArtifacts(loop.home.artifacts);
  const record = await artifacts.getJson<TalkRecord>(status?.models?.talks[0]?.record as never);
  const again = target('http://127.0.0.1:9', 'optimize');
  const replayed = await loop.ended(await start(again, (await artifacts.get(record.traffic)).toString('utf8')));
  expect(replayed.status?.models?.talks).toMatchObject([{ real: true, proposed: 2 }]);
  expect(JSON.stringify(await artifacts.getJson(record.transcript))).toContain('The benchmark sleeps as long as src/delay says.');

  const history = JSON.stringify(await loop.client().workflow.getHandle(run).fetchHistory());
  expect(history.includes('askModel')).toBe(true);
  expect(history.includes(key)).toBe(false);
  // Databases of the server and of the store, journals, logs, artifacts: every byte.
  const files = readdirSync(loop.home.root, { recursive: true }).map((name) => join(loop.home.root, String(name))).filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile() === true);
  expect(files.length).toBeGreaterThan(50);
  expect(files.filter((path) => readFileSync(path).includes(key))).toEqual([]);
});

it('goes on without a model that cannot be asked, and says why', async () => {
  const server = await modelServer('anthropic', () => ({ status: 401, body: { type: 'error', error: { type: 'authentication_error', message: `invalid x-api-key ${key}` } } }));
  const { execution, status } = await loop.ended(await start(target(server.url, 'optimize')));
  await server.close();
  expect(execution).toBe('COMPLETED');
  expect(server.received).toHaveLength(1);
  expect(status?.warnings.join('\n')).toMatch(/m proposed nothing: m: 401 .*invalid x-api-key.*redacted.*\(PL_MODEL_REFUSED_KEY\)/s);
});
