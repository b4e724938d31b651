import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { KnobRecord } from '../../src/core/knobs/search.js';
import { keysOfBuild } from '../../src/core/run/build-keys.js';
import { openArtifacts } from '../../src/store/artifacts.js';
import { readState } from '../../src/worker/engine/state.js';
import { findOpenWorktree } from '../../src/workspace/open-worktree.js';
import { messageNames } from '../../src/core/messages.js';
import { cli } from './cli.js';
import { makeTarget, sharedEngine } from './shared.js';
import { resultBranch, resultGit, startRun, trialOf, verdictOf } from './runs.js';
import { scoredProgram, scoreScript } from './target.js';

const hasCompiler = ['make', 'gcc'].every((program) => spawnSync(program, ['--version']).status === 0);

const engine = sharedEngine();

/** Three things can be turned, and each is several times as fast: the compiler's level, a number in a header, and a variable. */
const target = makeTarget(() => ({
  'Makefile': 'CC = gcc\nCFLAGS = -O0\n\nsum: src/sum.c src/sum.h\n\t$(CC) $(CFLAGS) -o sum src/sum.c\n',
  'src/sum.h': '#define SUBSTEPS 4\n',
  'src/sum.c': `#include <stdio.h>
#include <stdlib.h>
#include "sum.h"
static double table[1 << 15];
static double sums(void) {
  double total = 0;
  for (int i = 0; i < 1 << 15; i++) total += (int)(table[i] * 3.0 + i) % 7;
  return total;
}
int main(void) {
  const char *set = getenv("PACE");
  int pace = set == NULL ? 4 : atoi(set);
  double total = 0;
  for (int i = 0; i < 1 << 15; i++) table[i] = i % 97;
  for (int i = 0; i < 20 * pace * SUBSTEPS; i++) total = sums();
  printf("checksum %.0f\\n", total);
  return 0;
}
`,
  '.gitignore': 'sum\n',
  'perfloop.toml': `[commands]
build = "make"
benchmark = "./sum"
[[metrics]]
name = "cpu"
source = "cpu"
[verdict]
protocol = "fixed"
warmups = 0
runs = 6
builds = 1
noise_pairs = 4
final_pairs = 10
max_ratio = 1000
[loop]
rounds = 1
trials_at_once = 1
[approval]
mode = "never"
[propose.knobs]
kinds = ["build-flags", "declared"]
samples = 120
[[knobs]]
name = "substeps"
file = "src/sum.h"
pattern = '^#define SUBSTEPS (\\d+)$'
choices = [1, 4]
[[knobs]]
name = "pace"
env = "PACE"
choices = [1, 4]
[[knobs]]
name = "fast"
env = "FAST"
choices = [1, 2]
changes_results = "precision"
`,
}));

/** The journals of the search, by the folder of their setting. */
function journals(run: string): Map<string, string> {
  const folder = join(engine.home.logs, run);
  const found = existsSync(folder) ? readdirSync(folder).filter((name) => name.startsWith('knobs-1-') && !name.includes('advice')) : [];
  return new Map(found.flatMap((name) => readdirSync(join(folder, name)).filter((file) => file.startsWith('samples-')).map((file): [string, string] => [`${name}/${file}`, readFileSync(join(folder, name, file), 'utf8')])));
}

const pairsIn = (run: string): number => [...journals(run).values()].reduce((sum, text) => sum + text.split('\n').length - 2, 0);

it.skipIf(!hasCompiler)('turns flags and numbers into patches and a variable into advice, also when the worker is killed while it searches (needs make and gcc)', async () => {
  const run = await startRun(engine, target);
  await run.until('a few pairs of the search are there', () => pairsIn(run.id) >= 5);
  const before = journals(run.id);
  process.kill(readState(engine.home)?.worker?.pid ?? 0, 'SIGKILL');
  const status = await run.result();

  // What was sampled when it was killed is the beginning of what is there.
  for (const [name, text] of before) expect(journals(run.id).get(name)?.startsWith(text.slice(0, text.lastIndexOf('\n') + 1)), name).toBe(true);
  expect([...journals(run.id).keys()].filter((name) => name.includes('aside'))).toEqual([]);

  expect(status.state).toBe('done');
  const [search] = status.knobs?.searches ?? [];
  if (search === undefined) throw new Error('nothing was searched');
  expect(search.samples).toBeLessThanOrEqual(120);
  const record = await openArtifacts(engine.home.artifacts).getJson<KnobRecord>(search.record);
  expect(record.control.length).toBeGreaterThanOrEqual(5);
  expect(record.left).toContainEqual({ id: 'declared-fast=1', why: expect.stringContaining('propose.knobs.results_changing') });
  expect(search.last.filter(({ better }) => better).map(({ id }) => id).toSorted()).toEqual([expect.stringMatching(/^declared-pace=1$/), expect.stringMatching(/^declared-substeps=1$/), expect.stringMatching(/^makefile-optimisation=-O[23]$/)]);

  // One candidate of both patches; each alone is then not tried.
  expect(status.trials).toHaveLength(1);
  const trial = trialOf(status, 'r1-1');
  expect(verdictOf(trial)).toMatch(/^accepted /);
  expect(trial.candidate).toMatchObject({ proposer: 'knobs', knob: { id: expect.stringMatching(/^(?:makefile-optimisation\+declared-substeps|declared-substeps\+makefile-optimisation)$/) } });

  const [advice, ...more] = status.knobs?.advice ?? [];
  expect(more).toEqual([]);
  expect(advice).toMatchObject({ knob: 'declared-pace', set: { PACE: '1' }, champion: status.target.base });
  expect(advice?.measured.ratio).toBeGreaterThan(1.5);
  expect(advice?.measured.ci95[0]).toBeGreaterThan(1);

  const shown = (await cli(engine, ['show', run.id])).stdout;
  expect(shown).toMatch(/knobs (?:makefile-optimisation and declared-substeps|declared-substeps and makefile-optimisation), /);
  expect(shown).toMatch(/advice: .*\n.*\n {4}set {7}PACE=1\n {4}measured {2}\d\.\d+x \(95% interval/);

  expect(status.accepted).toBe(1);
  const branch = resultBranch(engine, status) ?? '';
  expect(resultGit(engine, status, 'show', `${branch}:Makefile`)).toMatch(/^CFLAGS = -O[23]/m);
  expect(resultGit(engine, status, 'show', `${branch}:src/sum.h`)).toContain('#define SUBSTEPS 1');
});

const declared = (name: string, place: string): string => `[[knobs]]\nname = "${name}"\n${place}`;
const inSource = (name: string, ms: number): string => declared(name, `file = "src/${name}.js"\npattern = "const ms = ([0-9]+)"\nchoices = [2, ${ms}]`);
const search = '[propose]\nrecipes = false\n[propose.knobs]\nkinds = ["declared"]\nsamples = 60\n[approval]\nmode = "never"\n';

/** Each wait may be short, but not both. */
const either = makeTarget(() => ({
  ...scoredProgram({ alpha: 40, beta: 30 }, `${search}[loop]\nrounds = 2\ncandidates_per_round = 2\ntrials_at_once = 2\nablation = false\n[commands.test]\nrun = "sh test/either.sh"\n${inSource('alpha', 40)}\n${inSource('beta', 30)}`),
  'test/either.sh': '! { grep -q "ms = 2;" src/alpha.js && grep -q "ms = 2;" src/beta.js; }\n',
}));

it('tries settings alone only when what they are together has failed, and in a later round what had no place', async () => {
  const status = await (await startRun(engine, either)).result();
  expect(status.trials.map(({ id, candidate }) => [id, candidate.knob?.id.includes('+')])).toEqual([['r1-1', true], ['r1-2', false], ['r2-1', false]]);
  const [together, alone, later] = status.trials.map((trial) => ({ ...trial, why: verdictOf(trial) }));
  expect(together?.why).toMatch(/^rejected tests?-/);
  expect(alone?.why).toMatch(/^accepted /);
  expect(alone?.startedAt).toBeGreaterThanOrEqual(together?.endedAt ?? Infinity);
  // It passed its search again, on the new champion; its trial sees both settings.
  expect(later?.why).toMatch(/^rejected tests?-/);
  expect(new Set([alone, later].map((trial) => trial?.candidate.knob?.id))).toEqual(new Set(['declared-alpha', 'declared-beta']));
});

/** Both waits may be short, and a person decides. */
const asked = makeTarget(() => scoredProgram({ alpha: 40, beta: 30 }, `${search.replace('"never"', '"each"')}[loop]\nrounds = 1\nablation = false\n${inSource('alpha', 40)}\n${inSource('beta', 30)}`));

it('tries settings alone when a person refuses what they are together, after the last round too', async () => {
  const run = await startRun(engine, asked);
  const waitingFor = async (trial: string): Promise<void> => void (await run.until(`${trial} waits`, ({ state, trials }) => state === 'awaiting-approval' && trials.some(({ id, state: its }) => id === trial && its === 'awaiting-approval')));
  const decide = async (trial: string, approve: boolean): Promise<void> => void (await run.handle.executeUpdate(messageNames.decide, { args: [run.decide(trial, approve)] }));
  await waitingFor('r1-1');
  await decide('r1-1', false);
  await waitingFor('r1-3');
  for (const trial of ['r1-2', 'r1-3']) await decide(trial, false);
  const status = await run.result();
  expect(status.trials.map((trial) => `${trial.id} ${trial.candidate.knob?.id.includes('+') === true ? 'both' : 'one'} ${verdictOf(trial)}`)).toEqual(['r1-1 both rejected faster,not-approved', 'r1-2 one rejected faster,not-approved', 'r1-3 one rejected faster,not-approved']);
});

/** One wait is in a source, the other in the environment. */
const paced = makeTarget(() => {
  const { 'perfloop.toml': config = '', ...files } = scoredProgram({ alpha: 40 }, `${search}[loop]\nrounds = 1\nablation = false\n${inSource('alpha', 40)}\n${declared('pace', 'env = "PACE"\nchoices = [1, 2]')}`);
  return { ...files, Dockerfile: 'FROM scratch\nCMD ["sh", "bench/score.sh"]\n', 'perfloop.toml': config.replace('runs = 6', 'runs = 12'), 'bench/score.sh': scoreScript.replace('total=20', 'total=$((20 + ${PACE:-30}))') };
});

it('loses neither patches nor advice of a search when a worktree vanishes after it', async () => {
  const run = await startRun(engine, paced);
  const trial = 'knobs-1-advice-1';
  await run.until('advice is being sampled', () => existsSync(join(engine.home.logs, run.id, trial)) && readdirSync(join(engine.home.logs, run.id, trial)).some((name) => name.startsWith('samples-')));
  const opened = await findOpenWorktree(engine.home, keysOfBuild({ run: run.id, trial }, 'advice', 0).b);
  if (opened === undefined) throw new Error('the advice has no worktree');
  renameSync(opened.path, `${opened.path}-away`);
  const status = await run.result();
  expect(status.warnings).toContain('The work began again: a worktree was deleted.');
  expect(status.knobs?.searches).toHaveLength(1);
  // The benchmark runs no container, so what a Dockerfile would say is told, not applied.
  expect(status.knobs?.advice).toMatchObject([{ knob: 'declared-pace', elsewhere: [{ file: 'Dockerfile', line: 2, text: expect.stringMatching(/^ENV PACE=[12]$/) as string }] }]);
  expect((await cli(engine, ['show', run.id])).stdout).toMatch(/ {4}or in {5}Dockerfile, before line 2: ENV PACE=[12]\n/);
  expect(status.trials.map((one) => [one.candidate.knob?.id, verdictOf(one).split(' ')[0]])).toEqual([['declared-alpha', 'accepted']]);
});

it('measures nothing for advice when the time of the run is used', async () => {
  const run = await startRun(engine, paced);
  await run.until('a few pairs of the search are there', () => pairsIn(run.id) >= 3);
  await run.handle.executeUpdate(messageNames.setBudget, { args: [{ v: 1, maxWallMs: 1000 }] });
  const status = await run.result();
  expect(status.knobs?.searches[0]?.last.some(({ better }) => better)).toBe(true);
  expect(status.knobs?.advice).toEqual([]);
  expect(status.warnings).toContainEqual(expect.stringMatching(/^Knobs: not measured for advice: declared-pace=\d: the budget of /));
  expect(status.knobs?.sampled).not.toContain(status.knobs?.searches[0]?.last.find(({ better }) => better)?.id);
});
