import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const here = import.meta.dirname;

/** What `about.json` of an exploit says. */
export interface About {
  target: string;
  exploit: string;
  twin: { faster: boolean; what: string };
  /** For each variant, the codes of reasons one of which is right for it. */
  refused: Record<string, string[]>;
}

export const exploits = readdirSync(join(here, 'zoo')).sort();

export function aboutOf(slug: string): About {
  return JSON.parse(readFileSync(join(here, 'zoo', slug, 'about.json'), 'utf8')) as About;
}

/** The patches of an exploit but for its honest twin. */
export function variantsOf(slug: string): string[] {
  return readdirSync(join(here, 'zoo', slug)).filter((name) => name.endsWith('.patch') && name !== 'twin.patch').map((name) => name.slice(0, -'.patch'.length)).sort();
}

/** A repository of a target, its config committed, with a branch for each patch that is asked for. */
export interface ZooRepository {
  dir: string;
  /** Makes the branch and gives its name. */
  branch(slug: string, patch: string): string;
  remove(): void;
}

export function repositoryOf(target: string): ZooRepository {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'perfloop-target-')));
  const dir = join(root, target);
  cpSync(join(here, 'targets', target), dir, { recursive: true });
  cpSync(join(here, 'configs', `${target}.toml`), join(dir, 'perfloop.toml'));
  const git = (...args: string[]): string => execFileSync('git', args, { cwd: dir, encoding: 'utf8', env: { PATH: process.env['PATH'], HOME: root, GIT_CONFIG_NOSYSTEM: '1' }, stdio: ['ignore', 'pipe', 'pipe'] });
  const commit = (message: string): string => git('-c', 'user.name=A Person', '-c', 'user.email=person@example.org', 'commit', '--quiet', '--message', message);
  git('init', '--quiet', '--initial-branch=main');
  git('add', '--all');
  commit('The base');
  return {
    dir,
    branch(slug, patch) {
      const name = `${slug}/${patch}`;
      git('checkout', '--quiet', '-b', name, 'main');
      git('apply', '--index', join(here, 'zoo', slug, `${patch}.patch`));
      commit('Faster');
      git('checkout', '--quiet', 'main');
      return name;
    },
    remove: () => rmSync(root, { recursive: true, force: true, maxRetries: 5 }),
  };
}
