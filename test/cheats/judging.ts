import type { CliContext } from '../../src/client/context.js';
import { judge } from '../../src/client/verbs/judge.js';
import type { Flag } from '../../src/core/flag.js';
import type { Verdict } from '../../src/core/verdict/verdict.js';
import { aboutOf, repositoryOf, type ZooRepository } from './zoo.js';

/** One patch of the zoo to be judged. */
export interface Job {
  slug: string;
  /** A variant, or `twin`. */
  patch: string;
}

export interface Judged extends Job {
  verdict: Verdict | null;
  flags: Flag[];
  /** Why the run failed, with its code; null: it did not. */
  error: string | null;
  seconds: number;
}

/** A flag that a person is asked about: the benchmark executes its line, or nobody knows. */
const counts = ({ executed }: Flag): boolean => executed !== false;

/**
 * What is wrong with how a patch was judged; null when it is as `about.json` says. An exploit is refused for one of its
 * reasons, however fast it was found to be: where a flag would have had it wait for a person, and it was not even found
 * to be faster, the flag must be there all the same.
 */
export function problemOf({ slug, patch, verdict, flags, error }: Judged): string | null {
  const about = aboutOf(slug);
  const said = verdict === null ? `no verdict: ${error ?? 'nobody knows why'}` : `${verdict.kind}: ${verdict.reasons.map(({ code, text }) => `${code} (${text.slice(0, 200)})`).join('; ')}`;
  if (patch === 'twin') return verdict?.kind === (about.twin.faster ? 'accepted' : 'rejected') ? null : `the honest twin is ${said}`;
  const expected = about.variants[patch];
  if (expected === undefined) return 'about.json does not tell of it';
  if (verdict === null || verdict.kind === 'accepted') return said;
  if (verdict.reasons.some(({ code }) => expected.refused.includes(code))) return null;
  if (expected.refused.includes('risky') && flags.some((flag) => counts(flag) && expected.flags?.includes(flag.code))) return null;
  return `refused, but not for ${expected.refused.join(' or ')}: ${said}${error === null ? '' : `; the run failed: ${error}`}`;
}

/** Judges patches by the real product, `atOnce` of them at a time, in repositories that it makes and removes. */
export async function judgeAll(context: CliContext, jobs: readonly Job[], options: { quick: boolean; atOnce: number; signal?: AbortSignal; onJudged: (judged: Judged) => void }): Promise<void> {
  const repositories = new Map<string, ZooRepository>();
  const repositoryFor = (slug: string): ZooRepository => {
    const { target, config } = aboutOf(slug);
    const key = `${target} ${config ?? ''}`;
    const made = repositories.get(key) ?? repositoryOf({ target, quick: options.quick, ...(config === undefined ? {} : { config }) });
    repositories.set(key, made);
    return made;
  };
  const left = [...jobs];
  const work = async (): Promise<void> => {
    for (let job = left.shift(); job !== undefined && options.signal?.aborted !== true; job = left.shift()) {
      const repository = repositoryFor(job.slug);
      const began = performance.now();
      const { status } = await judge(context, { repo: repository.dir, base: 'main', candidate: repository.branch(job.slug, job.patch) });
      const trial = status?.trials[0];
      options.onJudged({ ...job, verdict: trial?.verdict ?? null, flags: trial?.flags ?? [], error: status?.error ? `${status.error.code}: ${status.error.message}` : null, seconds: (performance.now() - began) / 1000 });
    }
  };
  try {
    await Promise.all(Array.from({ length: options.atOnce }, work));
  } finally {
    for (const repository of repositories.values()) repository.remove();
  }
}
