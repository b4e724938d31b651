import { expect, it } from 'vitest';
import { openArtifacts } from '../../src/store/artifacts.js';
import { samplesSchema } from '../../src/measure/stored-samples.js';
import { cli } from './cli.js';
import { startRun, trialOf } from './runs.js';
import { makeTarget, sharedEngine } from './shared.js';
import { makesFast, proposer, scoreScript, waitingProgram } from './target.js';

const engine = sharedEngine();

const config = (outside: string): string => `[commands]
benchmark = "sh bench/score.sh"
profile = "node bench/main.js"
[[metrics]]
name = "score"
pattern = "score: ([0-9]+)"
goal = "max"
[verdict]
share_champion = "always"
builds = 2
noise_pairs = 4
final_pairs = 10
[loop]
rounds = 1
ablation = false
[propose]
recipes = false
script = "node ${proposer(outside, makesFast)}"
`;
const target = makeTarget((outside) => ({ ...waitingProgram({ alpha: 40, beta: 40 }, config(outside)), 'bench/score.sh': scoreScript }));

it('candidates of a round share the champion samples of screening, and are confirmed by pairs of their own', async () => {
  const status = await (await startRun(engine, target)).result();
  const artifacts = openArtifacts(engine.home.artifacts);
  const stored = async (id: string) => {
    const { samples } = trialOf(status, id);
    return samples === null ? { rule: null, pairs: [] } : artifacts.getJson(samples, samplesSchema);
  };
  const [first, second] = [await stored('r1-1'), await stored('r1-2')];
  expect(first.rule).toMatchObject({ v: 2 });
  expect(first.rule).not.toMatchObject({ shared: true });
  expect(first.pairs.some(({ shared }) => shared)).toBe(false);
  expect(second.rule).toMatchObject({ v: 2, shared: true });

  const screened = second.pairs.filter(({ stage }) => stage === 'screen');
  const own = first.pairs.filter(({ stage }) => stage === 'screen').map(({ a }) => a.wallMs);
  expect(screened[0]?.shared).toBeUndefined();
  // A busy machine may show by the control that it is not as it was; then no sample is shared, and that is right.
  const shared = screened.filter((pair) => pair.shared);
  for (const pair of shared) expect(own).toContain(pair.a.wallMs);
  expect(second.pairs.filter(({ stage }) => stage === 'confirm').every((pair) => pair.shared === undefined)).toBe(true);

  const again = await cli(engine, ['verdict', `${status.run}/r1-2`]);
  expect(again.code, again.stderr).toBe(0);
  const facts = trialOf(status, 'r1-2').verdict?.facts?.map(({ text }) => text).join('\n');
  if (shared.length > 0) expect(facts).toContain(`${shared.length} of ${screened.length} pairs of screening compare with samples of the champion`);
}, 360_000);
