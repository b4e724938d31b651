import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import type { Optimized } from '../../src/client/verbs/optimize.js';
import { newRunId } from '../../src/client/run-id.js';
import { startWorkflow } from '../../src/client/start.js';
import type { TalkRecord } from '../../src/core/model-talk.js';
import { openArtifacts } from '../../src/store/artifacts.js';
import { plainSettings } from '../../src/worker/connection.js';
import { resolveTarget } from '../../src/workspace/snapshot.js';
import { countingTarget, type CountingTarget } from '../support/counting-target.js';
import { patience, sharedLoop } from '../support/loop.js';
import { modelServer, type Received, type Scripted } from '../support/model-server.js';
import type { ConfigInput } from '../../src/core/config/schema.js';

const key = 'planted-by-the-test-8f2c91';
const loop = sharedLoop({ env: { A_MODEL_KEY: key } });
const targets: CountingTarget[] = [];
afterAll(() => targets.forEach((target) => target.remove()));

const verdict: Scripted = { text: ['It sleeps.'], reasoning: 'what sleeps?', calls: [{ name: 'submit_verdict', input: { real: true, reasons: ['The benchmark sleeps as long as src/delay says.'], confidence: 'high' } }] };
const faster: Scripted = { calls: [{ name: 'submit_candidates', input: { candidates: [
  { title: 'Sleep less', rationale: 'Less sleep takes less time.', edits: [{ file: 'src/delay', old: '0.15', new: '0.02' }] },
  { title: 'Sleep nothing', rationale: 'To be refused.', edits: [{ file: 'src/delay', old: '0.15\n', new: 'nothing\n' }] },
] } }] };

/** Looks once, and says of the rules' finding that it is real. */
const analysis = (body: string): Scripted => {
  if (!body.includes('[e1]')) return { calls: [{ name: 'hot_functions', input: {} }] };
  const seen = { result: 'e1', quote: '"function":"spin"', says: 'It takes the time.' };
  const claim = { title: 'Nothing shows it', category: 'H1', file: 'src/spin.js', function: 'spin', line: 1, share: 0.5, confidence: 'low', why: 'A guess.', evidence: [{ ...seen, quote: 'not there' }] };
  // A busy machine leaves so few samples that no rule may find anything.
  const judged = [.../### ([0-9a-f]{12}): /.exec(body)?.slice(1) ?? []].map((finding) => ({ finding, real: false, why: 'It is asked to spin.', evidence: [seen] }));
  return { calls: [{ name: 'submit_analysis', input: { judged, findings: [claim] } }] };
};
const lessons: Scripted = { calls: [{ name: 'submit_lessons', input: { lessons: [
  { title: 'The delay is all that the benchmark waits for', lesson: 'Look at src/delay before anything else.', trials: ['r1-1', 'r1-2'] },
  { title: 'No trial shows this', lesson: 'Guessed.', trials: ['r9-9'] },
] } }] };
const isOf = (head: string) => ({ body }: Received): boolean => JSON.stringify(body).includes(head);
const aboutProfile = isOf('# A profile to analyze');
const aboutTrials = isOf('# What was tried');

const plans = {
  /** Ends with the proposals. */
  optimize: [{ type: 'profile' }, { type: 'analyze' }, { type: 'optimize' }],
  /** Its condition makes a graph of it; and trials may begin while models are asked. */
  graph: [{ type: 'profile' }, { type: 'analyze' }, { type: 'optimize' }, { type: 'execute', when: 'steps.optimize.output.candidates >= 0' }],
} satisfies Record<string, ConfigInput['steps']>;

/** `upTo`: a plan of its own, in which models are asked for proposals alone. */
function target(url: string, upTo?: keyof typeof plans): CountingTarget {
  const counting = countingTarget({ config: {
    ...(upTo === undefined ? {} : { steps: plans[upTo] }),
    verdict: { protocol: 'fixed', runs: 8, warmups: 0 },
    // On a busy machine what starts the program gets a share as well, and models would be asked about another place.
    profile: { min_share: 0.3 },
    propose: { script: undefined, models: ['m'] },
    models: { m: { provider: 'anthropic', model: 'claude-sonnet-5-5', base_url: url, api_key: '$A_MODEL_KEY' } },
    phases: { optimize: { findings: 1 }, ...(upTo === undefined ? { analyze: { model: 'm' }, learn: { model: 'm' } } : {}) },
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
  let asked = 0;
  const server = await modelServer('anthropic', async (received: Received) => {
    if (aboutProfile(received)) return analysis(JSON.stringify(received.body).replaceAll('\\"', '"'));
    if (aboutTrials(received)) return lessons;
    // The second request of the proposals is under way when the worker dies.
    if (asked++ === 1) await isKilled;
    return JSON.stringify(received.body).includes('# The changes') ? faster : verdict;
  });
  const counting = target(server.url);
  const run = await start(counting);
  await expect.poll(() => asked, patience).toBe(2);
  await loop.kill('worker');
  killed();
  const { execution, status } = await loop.ended(run);
  expect({ execution, error: status?.error }).toEqual({ execution: 'COMPLETED', error: null });

  // The verdict was not asked for again; what had no answer yet was.
  const ofProposals = server.received.filter((one) => !aboutProfile(one) && !aboutTrials(one));
  expect(ofProposals.map(isOf('# The changes'))).toEqual([false, true, true]);
  expect(status?.trials.map(({ candidate, verdict: told }) => [candidate.title, candidate.proposer, told?.kind]).toSorted()).toEqual([['Sleep less', 'm', 'accepted'], ['Sleep nothing', 'm', 'rejected']]);
  // What has no evidence, or names no trial, is left out after one repair; what the model doubts stays, and says so.
  expect(status?.models?.talks).toMatchObject([
    { phase: 'analyze', title: expect.stringMatching(/^analyze: added 0 findings, held (\d) of \1 judged for none, 1 of its claims left out, since their evidence does not bear them out$/) as string, spent: { calls: 3 } },
    { model: 'm', real: true, proposed: 2, spent: { calls: 2 } },
    { phase: 'learn', title: 'learn: wrote 1 lesson; left out: No trial shows this (there are no trials r9-9)', spent: { calls: 2 } },
  ]);
  const wiki = await loop.cli('wiki', 'search', 'delay benchmark waits');
  expect(wiki.stdout).toMatch(/The delay is all that the benchmark waits for +noted\n.*Look at src\/delay[^]*Seen in/);
  const lines = readFileSync(join(loop.home.logs, run, 'spending.jsonl'), 'utf8').trim().split('\n').map((line) => JSON.parse(line) as { what: string; money: number });
  expect(lines.map(({ what }) => what).join(' ')).toBe(`${'begin end '.repeat(4)}begin begin end begin end begin end`);

  const shown = await loop.cli('show', run);
  expect(shown.stdout).toMatch(/models +7 calls, [\d,]+ tokens, \$0\.0\d+\n +m: analyze: added 0 findings.*\n +m: .*: real, 2 changes proposed\n +m: learn: wrote 1 lesson/);

  // The findings once more, for the champion, where the delay is another by now: what the model quotes does not occur there.
  const models = join(counting.dir, '..', 'models.toml');
  writeFileSync(models, `[models.m]\nprovider = "anthropic"\nmodel = "claude-sonnet-5-5"\nbase_url = "${server.url}"\napi_key = "$A_MODEL_KEY"\n`);
  const again = await loop.cli('optimize', run, '--config', models, '--model', 'm', '--json');
  const optimized = JSON.parse(again.stdout || again.stderr) as Optimized;
  expect(optimized).toMatchObject({ run, champion: status?.champion, unplaced: [], spent: { calls: 3 } });
  expect(optimized.findings.map(({ file, function: name }) => [file, name])).toEqual([['src/spin.js', 'spin']]);
  expect(optimized.findings[0]?.reasons.join(' ')).toMatch(/m: real: .*left out: Sleep less: src\/delay: this text does not occur/);
  // Later prompts have the lesson, with the trials that show it.
  expect(JSON.stringify(server.received.at(-3)?.body)).toMatch(/## Lessons of earlier runs.n- The delay is all that the benchmark waits for: Look at src\/delay before anything else\. Seen in r-\w+: r1-1 \(\w+, src\/delay\)/);

  // The same lesson once more is the same; the model is told what is known already.
  const learned = await loop.cli('learn', run, '--config', models, '--model', 'm');
  expect(learned.stdout).toMatch(/2 lessons of trials in the wiki\. m wrote 1 lesson, which the next prompts have\.\n\nThe delay is all[^]*Left out: No trial shows this: there are no trials r9-9\.\n2 calls/);
  expect(JSON.stringify(server.received.at(-1)?.body)).toMatch(/## Known already.n- The delay is all that/);
  // As many as before: one, or two where this test is tried again in its home.
  expect((await loop.cli('wiki', 'search', 'delay benchmark waits')).stdout.match(/noted/g)).toHaveLength(wiki.stdout.match(/noted/g)?.length ?? 0);

  await server.close();
  const artifacts = openArtifacts(loop.home.artifacts);
  const record = await artifacts.getJson<TalkRecord>(status?.models?.talks.find(({ phase }) => phase === undefined)?.record as never);
  const other = target('http://127.0.0.1:9', 'optimize');
  const replayed = await loop.ended(await start(other, (await artifacts.get(record.traffic)).toString('utf8')));
  expect(replayed.status?.warnings.filter((text) => text.includes('proposed nothing'))).toEqual([]);
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

it.each(['optimize', 'graph'] as const)('goes on without a model that cannot be asked, and says why (%s)', async (plan) => {
  const server = await modelServer('anthropic', () => ({ status: 401, body: { type: 'error', error: { type: 'authentication_error', message: `invalid x-api-key ${key}` } } }));
  const { execution, status } = await loop.ended(await start(target(server.url, plan)));
  await server.close();
  expect({ execution, findings: status?.findings }).toEqual({ execution: 'COMPLETED', findings: 1 });
  expect(server.received).toHaveLength(1);
  expect(status?.warnings.join('\n')).toMatch(/m proposed nothing: m: 401 .*invalid x-api-key.*redacted.*\(PL_MODEL_REFUSED_KEY\)/s);
});
