import { describe, expect, it } from 'vitest';
import { openStoreReader } from '../../src/store/reader.js';
import { makeTarget, sharedEngine } from './shared.js';
import { resultGit, startRun, trialOf } from './runs.js';
import { proposer, scoredProgram } from './target.js';

// What a round accepts may be made useless by what a later one accepts. The score follows from the files alone, so that
// every verdict is certain.

const engine = sharedEngine();

/** `src/slow` counts only as long as there is no `src/skip`. */
const score = `total=60
if [ ! -e src/skip ]; then total=$((total + $(cat src/slow))); fi
if [ -e src/other ]; then total=$((total - 20)); fi
sleep "$(printf 0.%03d "$total")"
echo "score: $((1000000 / total))"
`;

const inThreeRounds = `if (readFileSync('src/slow', 'utf8') === '40') {
  write('25', 'src/slow');
  console.log('slow is less slow');
} else if (!existsSync('src/other')) {
  write('', 'src/other');
  console.log('something else');
} else if (!existsSync('src/skip')) {
  write('', 'src/skip');
  console.log('slow is skipped');
}`;

const target = makeTarget((outside) => {
  const program = scoredProgram({ alpha: 40 }, `[target]\nname = "made useless"\n[loop]\nrounds = 3\n[propose]\nrecipes = false\nscript = "node ${proposer(outside, inThreeRounds)}"\n`);
  // Of one build nobody can tell that a part is worth nothing.
  return { ...program, 'perfloop.toml': program['perfloop.toml']?.replace('builds = 1', 'builds = 6') ?? '', 'bench/score.sh': score, 'src/slow': '40' };
});

describe('ablation', () => {
  it('leaves out what another made useless, keeps what is needed, and measures what is left', async () => {
    const run = await startRun(engine, target);
    const status = await run.result();
    const byTitle = Object.fromEntries((status.ablations ?? []).map(({ trial, state }) => [trialOf(status, trial).candidate.title, state]));
    expect(byTitle).toEqual({ 'slow is less slow': 'dropped', 'something else': 'kept', 'slow is skipped': 'kept' });
    expect(status.accepted).toBe(2);
    expect(resultGit(engine, status, 'log', '--format=%s', `${status.target.base}..perfloop/${status.run}`).split('\n')).toEqual(['slow is skipped', 'something else']);
    expect(resultGit(engine, status, 'rev-parse', `perfloop/${status.run}`)).toBe(status.champion);
    expect(resultGit(engine, status, 'show', `perfloop/${status.run}:src/slow`)).toBe('40');
    expect(status.final?.measured.ratio).toBeCloseTo(100 / 40, 1);
    const kept = status.trials.filter(({ dropped, verdict }) => verdict?.kind === 'accepted' && dropped !== true);
    const stored = openStoreReader(engine.home);
    expect(stored?.runStatus(status.run)?.trials).toEqual(status.trials);
    stored?.close();
    for (const { commit } of kept) expect(resultGit(engine, status, 'merge-base', '--is-ancestor', commit ?? '', status.champion)).toBe('');
  });
});
