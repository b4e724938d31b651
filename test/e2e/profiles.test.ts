import { execFileSync } from 'node:child_process';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Finding } from '../../src/core/finding.js';
import { promiseOf } from '../../src/profile/diff/promise.js';
import { profileDiffSchema } from '../../src/profile/diff/schema.js';
import { openArtifacts } from '../../src/store/artifacts.js';
import { makeTarget, sharedEngine } from './shared.js';
import { resultBranch, resultGit, startRun, trialOf, verdictOf } from './runs.js';
import { effect, makesFast, proposer, scoredProgram } from './target.js';

const engine = sharedEngine();

describe('a Python program', () => {
  const target = makeTarget(() => ({
    'words.py': `def unknown(words, known):
    found = []
    for word in words:
        if word not in known:
            found.append(word)
    return found
`,
    'bench_words.py': `from words import unknown

known = [str(n) for n in range(3000)]
print(len(unknown([str(n) for n in range(500, 4500)], known)))
`,
    'test_words.py': `import unittest
from words import unknown

class Words(unittest.TestCase):
    def test_unknown(self):
        self.assertEqual(unknown(['a', 'b', 'a'], ['b']), ['a', 'a'])

unittest.main()
`,
    'perfloop.toml': `[commands]
test = "python3 test_words.py"
benchmark = "python3 bench_words.py"
[loop]
rounds = 1
[propose]
only = ["lookup-set"]
[verdict]
builds = 2
noise_pairs = 4
final_pairs = 10
`,
  }));

  it('is profiled, and made faster by a recipe, with proof', async () => {
    const status = await (await startRun(engine, target)).result();
    expect(status.findings).toBeGreaterThan(0);
    const [trial] = status.trials;
    expect(trial?.candidate).toMatchObject({ proposer: 'recipes', language: 'python', file: 'words.py' });
    expect(trial?.candidate.share).toBeGreaterThan(0.3);
    expect(trial && verdictOf(trial)).toBe('accepted faster');
    // What was accepted was profiled too: the function that was found gave the time back.
    if (trial?.profile === undefined) throw new Error('it was not profiled');
    const diff = await openArtifacts(engine.home.artifacts).getJson(trial.profile.diff, profileDiffSchema);
    expect(promiseOf(diff, { file: 'words.py', function: null })).toMatchObject({ kind: 'kept' });
    expect(resultGit(engine, status, 'diff', '--name-only', status.target.base, String(resultBranch(engine, status)))).toBe('words.py');
    expect(resultGit(engine, status, 'log', '-1', '--format=%B', status.champion)).toMatch(/^Perfloop-Proposer: recipes, recipe \S+$/m);
  });
});

describe('a profile that the user brings', () => {
  const target = makeTarget((outside) => ({
    ...scoredProgram({ alpha: 40 }, `[loop]\nrounds = 1\nmax_trials = 1\n[propose]\nrecipes = false\nscript = "node ${proposer(outside, makesFast)}"`),
    'bench/profiled.sh': `${effect(outside, 'profiled')}\nnode bench/main.js\n`,
  }));

  it('takes the place of profiling', async () => {
    target.write({ 'perfloop.toml': target.git('show', 'HEAD:perfloop.toml').replace('node bench/main.js', 'sh bench/profiled.sh') });
    target.commit('Count the profiled runs');
    execFileSync(process.execPath, ['--cpu-prof', `--cpu-prof-dir=${target.outside}`, '--cpu-prof-name=mine.cpuprofile', 'bench/main.js'], { cwd: target.dir });
    copyFileSync(join(target.outside, 'mine.cpuprofile'), join(target.outside, 'a profile.cpuprofile'));
    const run = await startRun(engine, target, { profile: join(target.outside, 'a profile.cpuprofile') });
    const status = await run.result();
    expect(verdictOf(trialOf(status, 'r1-1'))).toBe('accepted faster');
    expect(trialOf(status, 'r1-1').candidate.file).toBe('src/alpha.js');
    expect(target.effects()).not.toContain('profiled');
    const [findings] = status.evidence?.findings ?? [];
    expect(findings).toBeDefined();
    if (findings) expect((await openArtifacts(engine.home.artifacts).getJson<Finding[]>(findings))[0]).toMatchObject({ function: 'alpha', file: 'src/alpha.js' });
  });

  it('is refused when nobody can read it', async () => {
    const run = await startRun(engine, target, { profile: join(target.dir, 'perfloop.toml') });
    await expect(run.result()).rejects.toThrow();
    expect((await run.status()).error).toMatchObject({ code: 'PL_PROFILE_UNKNOWN' });
  });
});
