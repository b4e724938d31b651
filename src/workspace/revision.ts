import { distance } from 'fastest-levenshtein';
import { PerfloopError } from '../core/errors.js';
import type { Checkout } from './checkout.js';
import { git, gitResult } from './git.js';

/** The commit that a revision such as `HEAD`, `v1.2` or `main~3` names. Throws PL_NO_COMMITS or PL_NO_SUCH_REVISION with the nearest names. */
export async function resolveRevision(checkout: Checkout, revision: string): Promise<string> {
  const found = revision.startsWith('-') || revision === '' ? undefined : await gitResult(['rev-parse', '--verify', `${revision}^{commit}`], checkout.git);
  const commit = found?.stdout.toString('utf8').trim() ?? '';
  if (found?.exitCode === 0 && /^[0-9a-f]{40}$/.test(commit)) return commit;
  const any = await git(['rev-list', '--max-count=1', '--all', 'HEAD', '--'], checkout.git).catch(() => git(['rev-list', '--max-count=1', '--all'], checkout.git));
  if (any === '') throw new PerfloopError('PL_NO_COMMITS', 'the repository has no commits', { where: checkout.root, fix: 'Commit what is to be made faster: git add -A && git commit -m "start".' });
  const names = nearest(revision, await refNames(checkout));
  const why = /ambiguous/.test(found?.stderr ?? '') ? 'is short for several commits' : 'does not name a commit';
  const older = checkout.incomplete === 'shallow' ? ' This is a shallow clone, which lacks older commits: git fetch --unshallow brings them.' : '';
  throw new PerfloopError('PL_NO_SUCH_REVISION', `the revision \`${revision}\` ${why}`, {
    where: checkout.root,
    fix: `${names.length > 0 ? `Did you mean ${names.map((name) => `\`${name}\``).join(' or ')}?` : 'Name a branch, a tag or a commit: see git branch --all, git tag, git log.'}${older}`,
  });
}

async function refNames(checkout: Checkout): Promise<string[]> {
  const output = await git(['for-each-ref', '--format=%(refname:short)', 'refs/heads', 'refs/tags', 'refs/remotes'], checkout.git);
  return ['HEAD', ...output.split('\n').filter((name) => name !== '')];
}

/** Up to three names that are a typing error away, or that hold the text. */
function nearest(text: string, names: readonly string[]): string[] {
  const wanted = text.toLowerCase();
  return names
    .map((name) => ({ name, far: name.toLowerCase().endsWith(`/${wanted}`) ? 0 : distance(wanted, name.toLowerCase()) }))
    .filter(({ far }) => far <= Math.max(2, Math.floor(wanted.length / 3)))
    .sort((a, b) => a.far - b.far || a.name.localeCompare(b.name))
    .slice(0, 3)
    .map(({ name }) => name);
}
