import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { execa } from 'execa';

/**
 * `tsx bench/field/confirm.ts FOLDER BASE CANDIDATE COMMAND [--setup COMMAND] [--pairs 40]`: times a command on two revisions
 * of a repository, in turns and in two clones, with nothing of perfloop in between; what perfloop claims must show here too.
 */
const { values, positionals } = parseArgs({ allowPositionals: true, options: { setup: { type: 'string' }, pairs: { type: 'string', default: '40' } } });
const [folder, base, candidate, command] = positionals;
if (folder === undefined || base === undefined || candidate === undefined || command === undefined) {
  console.error('usage: tsx bench/field/confirm.ts FOLDER BASE CANDIDATE COMMAND [--setup COMMAND] [--pairs 40]');
  process.exit(2);
}

const root = mkdtempSync(join(tmpdir(), 'perfloop-confirm-'));
try {
  const a = await checkout(folder, base, join(root, 'a'));
  const b = await checkout(folder, candidate, join(root, 'b'));
  for (const side of [a, b]) await time(side, command);
  const pairs: [number, number][] = [];
  for (let pair = 0; pair < Number(values.pairs); pair += 1) {
    // A B, B A, A B: a drift of the machine hits both alike.
    if (pair % 2 === 0) {
      const first = await time(a, command);
      pairs.push([first, await time(b, command)]);
    } else {
      const first = await time(b, command);
      pairs.push([await time(a, command), first]);
    }
  }
  report(pairs);
} finally {
  rmSync(root, { recursive: true, force: true });
}

async function checkout(from: string, revision: string, to: string): Promise<string> {
  await execa('git', ['clone', '--quiet', '--no-checkout', from, to]);
  await execa('git', ['fetch', '--quiet', 'origin', revision], { cwd: to });
  await execa('git', ['checkout', '--quiet', '--detach', 'FETCH_HEAD'], { cwd: to });
  if (values.setup !== undefined) await execa(values.setup, { cwd: to, shell: true });
  return to;
}

async function time(cwd: string, run: string): Promise<number> {
  const start = performance.now();
  await execa(run, { cwd, shell: true, stdio: 'ignore' });
  return performance.now() - start;
}

function report(pairs: readonly [number, number][]): void {
  const ratios = pairs.map(([one, other]) => Math.log(one / other));
  // A bootstrap, so that it shares no formula with the verdict.
  const resampled = Array.from({ length: 4000 }, () => median(ratios.map(() => ratios[Math.floor(Math.random() * ratios.length)] ?? 0))).sort((x, y) => x - y);
  const at = (share: number): string => Math.exp(resampled[Math.floor(share * resampled.length)] ?? Number.NaN).toFixed(3);
  const faster = ratios.filter((ratio) => ratio > 0).length;
  const sides = [0, 1].map((side) => median(pairs.map((pair) => pair[side] ?? Number.NaN)).toFixed(1));
  console.log(`${pairs.length} pairs: base ${sides[0]} ms, candidate ${sides[1]} ms (medians); ratio ${Math.exp(median(ratios)).toFixed(3)} (${at(0.025)} .. ${at(0.975)}); candidate faster in ${faster}`);
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((x, y) => x - y);
  const middle = sorted.length / 2;
  return ((sorted[Math.floor(middle)] ?? Number.NaN) + (sorted[Math.ceil(middle) - 1] ?? Number.NaN)) / 2;
}
