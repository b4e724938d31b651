import { randomBytes } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { recheckOf } from '../../src/activities/fleet/recheck.js';
import { sweepPrinter } from '../../src/client/print/fleet-sweep.js';
import { plain } from '../../src/client/style.js';
import { fleetAttach, fleetSweep, type SweepFollowed } from '../../src/client/verbs/fleet-sweep.js';
import { fleetApply, fleetStatus } from '../../src/client/verbs/fleet.js';
import type { RunStatus } from '../../src/core/status.js';
import { openArtifacts } from '../../src/store/artifacts.js';
import { readState } from '../../src/worker/engine/state.js';
import { resolveTarget } from '../../src/workspace/snapshot.js';
import { journalsOf } from '../support/home-files.js';
import { sharedEngine } from './shared.js';
import { resultGit, startRun, startedRun, trialOf, verdictOf, type StartedRun } from './runs.js';
import { createTarget, scoredProgram } from './target.js';

// What a fleet's run had accepted and nobody has merged, over six runs: real nights, of which only the first proposes anything.

const engine = sharedEngine();
const patience = { timeout: 120_000, interval: 25 };

/** Makes the next of four changes that its checkout does not have; the second is to the lines of the first. */
const agent = `import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
const changes = [['alpha', 60, 30], ['alpha', 30, 2], ['beta', 50, 2], ['gamma', 40, 2]];
for (const [name, from, to] of changes) {
  const file = 'src/' + name + '.js';
  const text = readFileSync(file, 'utf8');
  if (!text.includes('const ms = ' + from + ';')) continue;
  writeFileSync(file, text.replace('const ms = ' + from + ';', 'const ms = ' + to + ';'));
  console.log(name + ' waits ' + to + ' ms');
  break;
}
`;

/** Scores by the sources that count, notes what it scores, and waits where a test holds that: from so many notes of it on. */
const score = (outside: string, counted: string): string => `ms() { sed -n 's/^const ms = \\([0-9]*\\);$/\\1/p' src/$1.js; }
scored="$(ms alpha)-$(ms beta)"
echo "$scored" >> ${outside}/scored
while [ -e ${outside}/hold-$scored ] && [ "$(grep -c "^$scored$" ${outside}/scored)" -ge "$(cat ${outside}/hold-$scored)" ]; do sleep 0.02; done
total=20
for name in ${counted}; do total=$((total + $(ms $name))); done
sleep "$(printf 0.%04d $total)"
echo "score: $((1000000 / total))"
`;

const config = (outside: string): string => `[target]
name = "scored"
[loop]
rounds = 1
ablation = false
[approval]
mode = "never"
[agents.edits]
command = ["node", "${outside}/agent.mjs"]
[[steps]]
type = "noop"
`;

const proposing = 'overrides.steps = [{ type = "warmup" }, { type = "agent" }, { type = "judge" }, { type = "decide", next = [{ to = "agent", when = "steps.decide.count < 4" }] }]\n';

const judged = ({ trials }: RunStatus): string[] => trials.map((trial) => `${trial.candidate.title}: ${verdictOf(trial)} on ${trial.champion}`);

/** A target whose nights a test begins. A retry of the test has a repository and a fleet of its own. */
class Nights {
  readonly fleet = `nightly-${randomBytes(3).toString('hex')}`;
  readonly target = createTarget((outside) => {
    writeFileSync(join(outside, 'agent.mjs'), agent);
    return { ...scoredProgram({ alpha: 60, beta: 50, gamma: 40 }, config(outside)), 'bench/score.sh': score(outside, 'alpha beta gamma') };
  });
  private readonly file = join(this.target.outside, 'fleet.toml');

  /** A night from its beginning to its end. */
  async whole(more: string): Promise<RunStatus> {
    const outcome = (await this.sweep(more, { detach: false })).sweep?.ended.at(-1)?.outcome;
    if (outcome?.kind !== 'completed' || outcome.run === null) throw new Error(`the run of the fleet did not complete: ${JSON.stringify(outcome)}`);
    return startedRun(engine, outcome.run).status();
  }

  async begun(more: string): Promise<StartedRun> {
    await this.sweep(more, { detach: true });
    let run: string | undefined;
    await expect.poll(async () => (run = (await fleetStatus(engine.context, this.file)).targets[0]?.run?.run), patience).toBeDefined();
    return startedRun(engine, run ?? '');
  }

  /** Waits for the sweep, which hears of the end of its run a moment later: a fleet has one at a time. */
  async swept(write: (line: string) => void = () => undefined): Promise<void> {
    await fleetAttach(engine.context, this.file, sweepPrinter(write, plain));
  }

  /** What was scored so far, by what alpha and beta wait. */
  scored(): string[] {
    return readFileSync(join(this.target.outside, 'scored'), 'utf8').trimEnd().split('\n');
  }

  /** Lets the benchmark of this wait, after it ran so often from now on. Gives what waits until it does, and what lets it go. */
  hold(what: string, times: number): { reached: () => Promise<void>; release: () => void } {
    const gate = join(this.target.outside, `hold-${what}`);
    const count = (): number => this.scored().filter((one) => one === what).length;
    const most = count() + times;
    writeFileSync(gate, String(most + 1));
    return { reached: async () => await expect.poll(count, patience).toBeGreaterThan(most), release: () => rmSync(gate) };
  }

  private async sweep(more: string, { detach }: { detach: boolean }): Promise<SweepFollowed> {
    writeFileSync(this.file, `[fleet]\nname = "${this.fleet}"\n[[targets]]\nname = "scored"\nrepository = "${this.target.dir}"\n${more}`);
    await fleetApply(engine.context, this.file, { force: false });
    return fleetSweep(engine.context, { file: this.file, names: ['scored'], open: 1, detach, show: () => undefined });
  }
}

it('is judged again on the head of the branch, in its order, over nights with too little time, a killed worker and runs that go on', { timeout: 400_000 }, async () => {
  const nights = new Nights();
  const { target } = nights;
  onTestFinished(() => target.remove());
  const artifacts = openArtifacts(engine.home.artifacts);
  const first = await nights.whole(proposing);
  expect(first.trials.map((trial) => `${trial.candidate.title}: ${verdictOf(trial)}`)).toEqual(['alpha waits 30 ms', 'alpha waits 2 ms', 'beta waits 2 ms', 'gamma waits 2 ms'].map((of) => `${of}: accepted faster`));
  expect(first).toMatchObject({ accepted: 4, state: 'done' });

  // The branch goes on without any of it: gamma is another one, and beta is not called by the benchmark any more.
  target.write({ 'src/gamma.js': readFileSync(join(target.dir, 'src/gamma.js'), 'utf8').replace('const ms = 40;', 'const ms = 41;'), 'bench/score.sh': score(target.outside, 'alpha gamma') });
  const head = target.commit('Another gamma, a benchmark without beta');

  // A night that has time for one of them.
  const second = await nights.whole('max_trials = 1\n');
  expect(second).toMatchObject({ accepted: 1, reused: { patches: { run: first.run, count: 3 } }, target: { base: head } });
  expect(judged(second)).toEqual([`alpha waits 30 ms: accepted faster on ${head}`]);
  expect(second.warnings).toContain(`Of run ${first.run}, "gamma waits 2 ms" is not tried again: it does not apply to the head of the branch any more.`);
  expect(second.warnings).toContain(`Not all that run ${first.run} had accepted was judged again: the budget of one trial is used; left are "alpha waits 2 ms", "beta waits 2 ms".`);
  expect(second.notJudged).toEqual(['r1-2', 'r1-3'].map((trial) => ({ run: first.run, trial })));

  // One that asks a person, and is stopped before an answer: neither what waits is lost, nor what rests on it.
  const asking = await nights.begun('max_trials = 1\noverrides.approval.mode = "each"\n');
  await asking.until('it waits', ({ state }) => state === 'awaiting-approval');
  // Who follows the sweep is told what it waits for, and what answers.
  const said: string[] = [];
  const swept = nights.swept((line) => void said.push(line));
  await expect.poll(() => said, patience).toContain(`scored: waits for a person: \`perfloop approve ${asking.id} r1-1\`, or reject it`);
  await asking.handle.signal('stop', { v: 1, who: 'a test' });
  const asked = await asking.result();
  await swept;
  expect(judged(asked)).toEqual([`alpha waits 30 ms: rejected faster,not-approved on ${head}`]);
  expect([asked.reused?.patches, asked.notJudged]).toEqual([{ run: second.run, count: 3 }, ['r1-2', 'r1-3', 'r1-1'].map((trial) => ({ run: first.run, trial }))]);

  // The next one begins with all of it. Its worker is killed while it samples, and then it is stopped.
  const sampling = nights.hold('30-50', 4);
  const third = await nights.begun('');
  await sampling.reached();
  const before = journalsOf(engine.home, third.id);
  process.kill(readState(engine.home)?.worker?.pid ?? expect.fail('no worker'), 'SIGKILL');
  await third.handle.signal('stop', { v: 1, who: 'a test' });
  sampling.release();
  const stopped = await third.result();
  // No pair was taken again: what was on the disk then is the beginning of what is there now.
  const after = journalsOf(engine.home, third.id);
  expect([...before.values()].some((text) => text.trimEnd().split('\n').length > 2)).toBe(true);
  for (const [name, text] of before) expect(after.get(name)?.startsWith(text), name).toBe(true);
  expect(stopped.warnings).toContain(`Not all that run ${asked.run} had accepted was judged again: stopped by request; left are "alpha waits 2 ms", "beta waits 2 ms".`);
  expect(judged(stopped)).toEqual([`alpha waits 30 ms: accepted faster on ${head}`]);

  // Gone on with, it judges the rest on what it had accepted; cancelled in the last one, it is gone on with again.
  const last = nights.hold('2-2', 2);
  const ended = nights.scored().length;
  const fourth = await startRun(engine, target, { resume: third.id });
  await last.reached();
  await fourth.handle.cancel();
  await expect(fourth.result()).rejects.toThrow();
  last.release();
  const cancelled = nights.scored().length;
  const fifth = await (await startRun(engine, target, { resume: fourth.id })).result();
  const [kept, onTop] = [trialOf(fifth, 'r1-1').commit, trialOf(fifth, 'r1-2').commit];
  expect(judged(fifth)).toEqual([`alpha waits 30 ms: accepted faster on ${head}`, `alpha waits 2 ms: accepted faster on ${kept}`, `beta waits 2 ms: rejected stopped on ${onTop}`, `beta waits 2 ms: rejected futile on ${onTop}`]);
  expect(fifth).toMatchObject({ state: 'done', accepted: 2, champion: onTop, resumes: fourth.id, fleet: { name: nights.fleet, target: 'scored' } });
  expect([fifth.notJudged, fifth.warnings.filter((text) => text.startsWith('Not all'))]).toEqual([undefined, []]);
  expect(resultGit(engine, fifth, 'log', '--format=%s', `${head}..${fifth.champion}`).split('\n')).toEqual(['alpha waits 2 ms', 'alpha waits 30 ms']);
  // What had its verdict was not measured again; at the end the champion is measured against the base.
  expect(new Set(nights.scored().slice(ended, cancelled))).toEqual(new Set(['30-50', '2-50', '2-2']));
  expect(new Set(nights.scored().slice(cancelled))).toEqual(new Set(['2-50', '2-2', '60-50']));

  // The night after has the two that it kept, and nothing that it turned down.
  const next = await recheckOf({ home: engine.home, artifacts }, { run: 'r-next', fleet: nights.fleet, name: 'scored', target: (await resolveTarget({ dir: target.dir, revision: 'main', artifacts })).target });
  expect([next.recheck?.run, next.recheck?.candidates.map((candidate) => candidate.title)]).toEqual([fifth.run, ['alpha waits 30 ms', 'alpha waits 2 ms']]);
});
