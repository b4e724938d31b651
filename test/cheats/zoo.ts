import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const here = import.meta.dirname;

/** What `about.json` of an exploit says. */
export interface About {
  target: string;
  /** What is added to the target's config: `configs/<target>.<config>.toml`. */
  config?: string;
  exploit: string;
  /** By name: what it does, and the codes of reasons one of which is right for it. */
  variants: Record<string, { what: string; refused: string[]; /** With `risky`: what a person is asked about, one of these. */ flags?: string[] }>;
  twin: { faster: boolean; what: string };
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
  /** Makes a commit that has all of these for parents, so that they are fetched at once. */
  joined(branches: readonly string[]): string;
  commitOf(branch: string): string;
  remove(): void;
}

/** What makes a judgement short: a plain table of few pairs, by CPU time, which other load on the machine hardly changes. */
const quickly = 'protocol = "fixed"\nwarmups = 0\nruns = 6\nbuilds = 1\n';
const byCpuTime = '[[metrics]]\nname = "cpu"\nsource = "cpu"\n';

/** How an exploit is judged. `config`: what is added to the target's config. */
export interface Judging {
  target: string;
  config?: string;
  /** With fewer samples than a user's judgement has. What refuses an exploit does not depend on how often is measured. */
  quick: boolean;
}

function configOf({ target, config, quick }: Judging): string {
  const read = (name: string): string => readFileSync(join(here, 'configs', `${name}.toml`), 'utf8');
  // The last table of each config is [verdict].
  return [read(target), ...(quick ? [quickly] : []), ...(config === undefined ? [] : [read(`${target}.${config}`)]), ...(quick && config !== 'throughput' ? [byCpuTime] : [])].join('');
}

export function repositoryOf(judging: Judging): ZooRepository {
  const { target } = judging;
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'perfloop-target-')));
  const dir = join(root, target);
  cpSync(join(here, 'targets', target), dir, { recursive: true });
  writeFileSync(join(dir, 'perfloop.toml'), configOf(judging));
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
    joined: (branches) => git('-c', 'user.name=A Person', '-c', 'user.email=person@example.org', 'commit-tree', 'main^{tree}', ...branches.flatMap((name) => ['-p', name]), '-m', 'All of them').trim(),
    commitOf: (name) => git('rev-parse', `${name}^{commit}`).trim(),
    remove: () => rmSync(root, { recursive: true, force: true, maxRetries: 5 }),
  };
}
