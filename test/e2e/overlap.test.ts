import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { newRunId } from '../../src/client/run-id.js';
import { startWorkflow } from '../../src/client/start.js';
import type { ConfigInput } from '../../src/core/config/schema.js';
import type { RunStatus } from '../../src/core/status.js';
import { openArtifacts } from '../../src/store/artifacts.js';
import { plainSettings } from '../../src/worker/connection.js';
import { resolveTarget } from '../../src/workspace/snapshot.js';
import { countingTarget, type CountingTarget } from '../support/counting-target.js';
import { patience, sharedLoop } from '../support/loop.js';
import { modelServer, type Received, type Scripted } from '../support/model-server.js';

const loop = sharedLoop({ env: { A_MODEL_KEY: 'a key' } });
const targets: CountingTarget[] = [];
afterAll(() => targets.forEach((target) => target.remove()));

const real: Scripted = { calls: [{ name: 'submit_verdict', input: { real: true, reasons: ['It sleeps.'], confidence: 'high' } }] };
const delays = (...delays: string[]): Scripted => ({ calls: [{ name: 'submit_candidates', input: { candidates: delays.map((delay) => ({ title: `Sleep ${delay} s`, rationale: 'Less sleep.', edits: [{ file: 'src/delay', old: '0.15', new: delay }] })) } }] });
const asksForChanges = ({ body }: Received): boolean => JSON.stringify(body).includes('# The changes');

function target(url: string, { propose, models, loop: bounds }: ConfigInput, build?: string): CountingTarget {
  const counting = countingTarget({
    replace: { propose: 'cat > /dev/null; rm src/delay; echo "Sleep never"', ...(build === undefined ? {} : { build }) },
    config: {
      verdict: { protocol: 'fixed', runs: 8, warmups: 0 },
      propose: { models: ['m'], ...propose },
      models: { m: { provider: 'anthropic', model: 'claude-sonnet-5-5', base_url: url, api_key: '$A_MODEL_KEY' }, ...models },
      phases: { optimize: { findings: 1 } },
      loop: { rounds: 1, ...bounds },
    },
  });
  targets.push(counting);
  return counting;
}

async function start(counting: CountingTarget): Promise<string> {
  const artifacts = openArtifacts(loop.home.artifacts);
  const { target: resolved, warnings } = await resolveTarget({ dir: counting.dir, revision: 'main', artifacts });
  const run = newRunId('run');
  const settings = plainSettings(loop.state(), 'perfloop');
  const session = { client: loop.client(), settings, uiUrl: null, hold: () => async () => undefined, close: async () => undefined };
  await startWorkflow(session, { kind: 'run', input: { v: 1, run, target: resolved, config: counting.config, queuePrefix: settings.queuePrefix, who: 'a test', warnings } });
  return run;
}

const told = (status: RunStatus | null): unknown => status?.trials.map(({ candidate, verdict }) => [candidate.title, verdict?.kind]).toSorted();

it('models are asked while other candidates are tried, and what they propose joins the round, in all places that others leave', async () => {
  const opened: (() => void)[] = [];
  const gate = (): Promise<void> => new Promise<void>((open) => void opened.push(open));
  const [mayAnswer, mayFail] = [gate(), gate()];
  const server = await modelServer('anthropic', async (received) => {
    if (received.body['model'] === 'claude-haiku-5-5') {
      await mayFail;
      return { status: 401, body: { type: 'error', error: { type: 'authentication_error', message: 'invalid x-api-key' } } };
    }
    if (!asksForChanges(received)) return real;
    await mayAnswer;
    return delays('0.02', 'no number of');
  });
  const other = { provider: 'anthropic' as const, model: 'claude-haiku-5-5', base_url: server.url, api_key: '$A_MODEL_KEY' };
  const run = await start(target(server.url, { propose: { models: ['m', 'n'] }, models: { n: other }, loop: { candidates_per_round: 3 } }));
  const states = async (): Promise<string[]> => (await loop.status(run)).trials.map(({ state }) => state === 'passed' || state === 'decided' ? 'over' : 'under way');
  // No model has an answer before the script's candidate was decided on.
  await expect.poll(states, { ...patience, timeout: 150_000 }).toEqual(['over']);
  await expect.poll(async () => (await loop.status(run)).doing, patience).toBe('waiting for what models propose');
  opened[0]?.();
  // A place is kept for the other one, which then fails.
  await expect.poll(states, { ...patience, timeout: 150_000 }).toEqual(['over', 'over']);
  await expect.poll(async () => (await loop.status(run)).doing, patience).toBe('waiting for what models propose');
  opened[1]?.();
  const { execution, status } = await loop.ended(run);
  await server.close();
  expect({ execution, error: status?.error }).toEqual({ execution: 'COMPLETED', error: null });
  expect(told(status)).toEqual([['Sleep 0.02 s', 'accepted'], ['Sleep never', 'rejected'], ['Sleep no number of s', 'rejected']]);
  expect(status?.evidence?.choices).toHaveLength(3);
  const why = (await loop.cli('show', run, '--why')).stdout;
  expect(why).toMatch(/^round 1: 1 candidate /m);
  expect(why).toMatch(/^round 1, with what was proposed meanwhile: 2 candidates /m);
});

it('ends with a stop although a model has no answer yet', async () => {
  const asked: Received[] = [];
  const server = await modelServer('anthropic', async (received) => {
    asked.push(received);
    return new Promise<never>(() => undefined);
  });
  const run = await start(target(server.url, { propose: { script: undefined } }));
  await expect.poll(async () => (await loop.status(run)).doing, { ...patience, timeout: 150_000 }).toBe('waiting for what models propose');
  await expect.poll(() => asked.length, patience).toBe(1);
  await loop.client().workflow.getHandle(run).signal('stop');
  const { execution, status } = await loop.ended(run);
  await server.close();
  expect({ execution, state: status?.state, trials: status?.trials }).toEqual({ execution: 'COMPLETED', state: 'done', trials: [] });
});

it('candidates are built side by side, and sampled alone', async () => {
  const server = await modelServer('anthropic', (received) => (asksForChanges(received) ? delays('0.03', '0.02') : real));
  // The first build of each candidate waits for that of the other.
  const build = `
    outside=$(dirname "$FAULT_LOG") delay=$(cat src/delay)
    mkdir -p out && touch "$outside/building-$$" && cp src/delay out/delay
    if [ $delay != 0.15 ]; then
      touch "$outside/begun-$delay"
      for i in $(seq 1200); do if [ -e "$outside/begun-0.03" ] && [ -e "$outside/begun-0.02" ]; then break; fi; sleep 0.05; done
      test -e "$outside/begun-0.03" && test -e "$outside/begun-0.02" && rm "$outside/building-$$"
    else rm "$outside/building-$$"; fi`;
  const counting = target(server.url, { propose: { script: undefined, overlap: false }, loop: { trials_at_once: 2, ablation: false } }, build);
  counting.config.commands.benchmark!.run = 'if ls "$(dirname "$FAULT_LOG")"/building-* 2> /dev/null; then touch "$(dirname "$FAULT_LOG")/sampled-beside-a-build"; fi; sh step.sh bench';
  const { execution, status } = await loop.ended(await start(counting));
  await server.close();
  expect({ execution, error: status?.error }).toEqual({ execution: 'COMPLETED', error: null });
  expect(status?.trials.slice(0, 2).map(({ id, verdict }) => [id, verdict?.measured?.ratio ?? 0]).filter(([, ratio]) => Number(ratio) > 1.3).map(([id]) => id)).toEqual(['r1-1', 'r1-2']);
  expect(status?.accepted).toBeGreaterThanOrEqual(1);
  expect(existsSync(join(counting.dir, '..', 'sampled-beside-a-build'))).toBe(false);
});
