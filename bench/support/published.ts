import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';

export type Registry = 'npm' | 'pypi';

/** Fetches what was published of a package, by its package manager, and unpacks it into a folder. */
export async function unpack(registry: Registry, name: string, version: string, folder: string): Promise<void> {
  const download = mkdtempSync(join(tmpdir(), 'perfloop-published-'));
  try {
    if (registry === 'npm') await execa('npm', ['pack', '--silent', '--pack-destination', download, `${name}@${version}`]);
    else await execa('python3', ['-m', 'pip', 'download', '--quiet', '--no-deps', '--no-binary', ':all:', '--dest', download, `${name}==${version}`]);
    const [archive] = readdirSync(download);
    if (archive === undefined) throw new Error(`no archive of ${name} ${version} was fetched`);
    await execa('tar', ['-xzf', join(download, archive), '--strip-components=1', '-C', folder]);
  } finally {
    rmSync(download, { recursive: true, force: true });
  }
}

/** Commits everything, and gives the short commit. Published files count, whatever the package's own .gitignore says. */
export async function commitAll(folder: string, message: string): Promise<string> {
  await git(folder, 'add', '--all', '--force');
  await git(folder, '-c', 'user.name=bench', '-c', 'user.email=bench@localhost', '-c', 'commit.gpgsign=false', 'commit', '--quiet', '-m', message);
  return git(folder, 'rev-parse', '--short', 'HEAD');
}

export async function git(folder: string, ...args: string[]): Promise<string> {
  const { stdout } = await execa('git', args, { cwd: folder });
  return stdout;
}
