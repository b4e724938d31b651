import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rulesOf } from '../../src/activities/guard-protected.js';
import { reviewChange } from '../../src/activities/review-change.js';
import { commandSpecsOf } from '../../src/core/config/benchmarks.js';
import { judgeConfig } from '../../src/client/judge-config.js';
import { markIdle } from '../../src/inspect/executed/idle.js';
import { resolveCandidate } from '../../src/workspace/snapshot.js';
import { sharedEngine } from '../e2e/shared.js';
import { prepared } from '../workspace/fixture.js';
import { judgeAll, problemOf, type Job, type Judged } from './judging.js';
import { aboutOf, exploits, repositoryOf, variantsOf, type ZooRepository } from './zoo.js';

const engine = sharedEngine();
const targets = ['js-text', 'py-stats', 'cpp-hash'];

describe('what is read before anything runs', () => {
  const made: ZooRepository[] = [];
  afterAll(() => made.forEach((repository) => repository.remove()));

  describe.each(targets)('%s', (target) => {
    const slugs = exploits.filter((slug) => aboutOf(slug).target === target);
    const flagsOf = new Map<string, { codes: string[]; always: string[]; refused: string | null }>();

    beforeAll(async () => {
      const repository = repositoryOf({ target, quick: true });
      made.push(repository);
      const { repository: bare, artifacts, target: resolved, base } = await prepared(repository.dir);
      const config = await judgeConfig(engine.context, repository.dir, 'main', {});
      const rules = await rulesOf(bare, resolved, config);
      const commands = commandSpecsOf(config);
      const patches = slugs.flatMap((slug) => [...variantsOf(slug), 'twin'].map((patch) => ({ key: `${slug}/${patch}`, branch: repository.branch(slug, patch) })));
      await bare.ensureCommit(await resolveCandidate({ dir: repository.dir, revision: repository.joined(patches.map(({ branch }) => branch)), base: resolved.base, artifacts }));
      for (const { key, branch } of patches) {
        const { flags, refused } = await reviewChange(bare, { from: base, to: repository.commitOf(branch), rules, byPerson: true, commands });
        // As if the benchmark executed none of the changed lines.
        const always = markIdle(flags, { executed: () => null, processes: { v8: 1, python: 1 } }, false).filter(({ executed }) => executed !== false);
        flagsOf.set(key, { codes: flags.map(({ code }) => code), always: always.map(({ code, file, line }) => `${code} ${file}:${line}`), refused });
      }
    }, 900_000);

    const flagged = slugs.flatMap((slug) => variantsOf(slug).map((patch) => ({ slug, patch, flags: aboutOf(slug).variants[patch]?.flags ?? [] }))).filter(({ flags }) => flags.length > 0);
    it.each(flagged)('$slug $patch has a flag: $flags', ({ slug, patch, flags }) => {
      expect(flagsOf.get(`${slug}/${patch}`)?.codes).toEqual(expect.arrayContaining([expect.toSatisfy((code: string) => flags.includes(code))]));
    });

    const refused = slugs.flatMap((slug) => variantsOf(slug).map((patch) => ({ slug, patch, codes: aboutOf(slug).variants[patch]?.refused ?? [] }))).filter(({ codes }) => codes.length === 1 && codes[0] === 'protected');
    it.each(refused)('$slug $patch is refused', ({ slug, patch }) => {
      expect(flagsOf.get(`${slug}/${patch}`)?.refused).not.toBeNull();
    });

    it.each(slugs)('%s: nobody is asked about the honest twin', (slug) => {
      expect(flagsOf.get(`${slug}/twin`)).toMatchObject({ always: [], refused: null });
    });
  });
});

/**
 * The variants that were written to get past the rules, where no flag stops them: what stops them is seen only when they run;
 * and one of each other kind. `try-zoo.ts --all` judges all of them, and the other variants as well.
 */
const flaggedToo = ['identity-cache', 'kill-champion', 'skip-tests-at-import'];
const sly = exploits.filter((slug) => flaggedToo.includes(slug) || (aboutOf(slug).variants['sly']?.flags ?? []).length === 0).map((slug) => ({ slug, patch: 'sly' }));
const twins = ['identity-cache', 'detect-process'].map((slug) => ({ slug, patch: 'twin' }));

describe('the real judge', () => {
  const jobs: Job[] = [...sly, ...twins];
  const told = new EventTarget();
  const judged = new Map<string, Judged>();
  let all: Promise<void> = Promise.resolve();

  const tried = new Set<string>();
  const onJudged = (one: Judged): void => {
    judged.set(`${one.slug}/${one.patch}`, one);
    told.dispatchEvent(new Event('judged'));
  };

  beforeAll(() => {
    all = judgeAll(engine.context, jobs, { quick: true, atOnce: 2, onJudged });
    // A failure is told to the test that waits.
    all.catch(() => undefined);
  });
  afterAll(() => all, 600_000);

  it.each(jobs)('$slug $patch', { timeout: 1_800_000 }, async ({ slug, patch }) => {
    const key = `${slug}/${patch}`;
    // A second try is one: it is judged anew.
    if (tried.has(key)) await judgeAll(engine.context, [{ slug, patch }], { quick: true, atOnce: 1, onJudged });
    tried.add(key);
    while (!judged.has(key)) await Promise.race([all, once(told, 'judged')]);
    expect(problemOf(judged.get(key) as Judged)).toBeNull();
  });
});
