import picomatch from 'picomatch';
import { buildFiles } from './build-files.js';
import type { Config } from '../core/config/schema.js';
import type { DeclaredPlace } from './turned-text.js';

/** What no candidate may change. Plain data, so that it can be hashed and kept with a run. */
export interface ProtectedRules {
  /** Globs that hold whatever the config says: git's files, this tool's config, installed packages. */
  always: readonly string[];
  /** Globs that `target.editable` makes exceptions from. */
  builtIn: readonly string[];
  editable: readonly string[];
  /** `target.protected`. */
  named: readonly string[];
  /** Files that the test and benchmark commands start; `target.editable` makes exceptions. */
  commandFiles: readonly { path: string; command: string }[];
  /**
   * Where knobs are turned: a candidate that does nothing else may change flags of optimisation, sizes of heaps and these values
   * in files that are built-in or that a command starts (see `turned.ts`). Absent: it may not.
   */
  turnable?: { declared: readonly DeclaredPlace[] };
}

const always = ['**/.git', '**/.git/**', '**/.gitmodules', '**/.gitattributes', '**/.gitignore', '**/perfloop.toml', '**/node_modules/**'];

/** What is installed, and with which scripts. */
const manifests = [
  '**/{package.json,package-lock.json,npm-shrinkwrap.json,pnpm-lock.yaml,pnpm-workspace.yaml,bun.lockb,.npmrc,.pnpmfile.cjs,.pnpmfile.mjs,.yarnrc,.yarnrc.yml,.nvmrc,.node-version}',
  '**/{pyproject.toml,setup.py,setup.cfg,requirements*.txt,Pipfile,.python-version,environment.yml,uv.toml,poetry.toml,hatch.toml,pixi.toml,MANIFEST.in}',
  '**/{go.sum,flake.nix,packages.lock.json,Package.resolved}',
  // Cargo, Poetry, uv, PDM, Pixi, Deno, Bun, Yarn, Bundler, Composer, Nix, Mix, pub and Gradle.
  '**/*.{lock,lockfile}',
];

/** Continuous integration. */
const integration = [
  '{.github,.gitlab,.circleci,.buildkite,.ci,.forgejo,.gitea,.woodpecker}/**',
  '{.gitlab-ci.yml,.travis.yml,azure-pipelines.yml,Jenkinsfile,appveyor.yml,.drone.yml,.woodpecker.yml,bitbucket-pipelines.yml}',
];

/**
 * What a person's pull request changes with good reason, and no proposer's candidate: for `target.editable` of a judgement,
 * which reads what they change instead (src/inspect/build-files.ts).
 */
export const editableInPullRequests: readonly string[] = [...manifests, ...buildFiles, ...integration];

const builtIn = [
  // Tests.
  '**/{test,tests,__tests__,spec,specs,testing,testdata,e2e,__snapshots__,__mocks__}/**',
  '**/*.{test,tests,spec,e2e}.*',
  '**/{test,tests,spec}.{js,mjs,cjs,jsx,ts,mts,cts,tsx,py}',
  '**/*_{test,tests,spec}.*',
  '**/test_*.*',
  '**/conftest.py',
  // Benchmarks.
  '**/{bench,benches,benchmark,benchmarks,perf}/**',
  '**/*.{bench,benchmark,perf}.*',
  '**/{bench,benchmark}.*',
  '**/{bench,benchmark}_*.*',
  '**/*_{bench,benchmark}.*',
  ...manifests,
  ...buildFiles,
  // How tests are run, and code that an interpreter runs unasked.
  '**/{jest,vitest,vite,karma,ava,playwright,cypress}.config.*',
  '**/{jest,vitest,mocha,karma,cypress,playwright}.setup.*',
  '**/{setupTests,setup-tests,setup-jest,setup-vitest,jest-setup,vitest-setup}.*',
  '**/.mocharc.*',
  '**/{tox.ini,pytest.ini,noxfile.py,.coveragerc,sitecustomize.py,usercustomize.py}',
  '**/*.pth',
  // Variables that shells and test runners load.
  '**/{.env,.envrc,.env.*}',
  ...integration,
  '**/.git*',
];

/** The rules of a target. `commandFiles`: see `protectedFromCommands`. `ofConfig`: files that are a part of the config, as `perfloop.toml` is. */
export function protectedRules(target: Pick<Config['target'], 'protected' | 'editable'>, commandFiles: ProtectedRules['commandFiles'] = [], ofConfig: readonly string[] = []): ProtectedRules {
  return { always: [...always, ...ofConfig.map(literally)], builtIn, editable: target.editable, named: target.protected, commandFiles };
}

/** Gives the reason why a path is protected, or undefined. Letter case and Unicode form do not matter. */
export function protectionOf(rules: ProtectedRules): (path: string) => string | undefined {
  const matcher = (globs: readonly string[]) => {
    const matchers = globs.map((glob) => ({ glob, test: picomatch(withContents(glob), { dot: true, nocase: true }) }));
    return (path: string) => matchers.find(({ test }) => test(path))?.glob;
  };
  const [isAlways, isBuiltIn, isEditable, isNamed] = [rules.always, rules.builtIn, rules.editable, rules.named].map(matcher);
  const commands = new Map(rules.commandFiles.map(({ path, command }) => [fold(path), command]));
  return (path) => {
    const plain = path.normalize('NFC');
    const never = isAlways?.(plain);
    if (never !== undefined) return `always protected (${never})`;
    const named = isNamed?.(plain);
    if (named !== undefined) return `protected by target.protected (${named})`;
    if (isEditable?.(plain) !== undefined) return undefined;
    const command = commands.get(fold(path));
    if (command !== undefined) return `the ${command} command runs it`;
    const glob = isBuiltIn?.(plain);
    return glob === undefined ? undefined : `a test, benchmark, lock or set-up file (${glob})`;
  };
}

/** Whether the settings of a protected file may be turned: one that steers a build or is started by a command, and is neither named by the user nor a part of tests, benchmarks or CI. */
export function isTurnable(rules: ProtectedRules): (path: string) => boolean {
  const steering = new Set([...manifests, ...buildFiles]);
  const never = protectionOf({ ...rules, builtIn: rules.builtIn.filter((glob) => !steering.has(glob)), commandFiles: [] });
  return (path) => rules.turnable !== undefined && never(path) === undefined;
}

/** For comparing names that a case-insensitive file system takes for one. */
export function fold(path: string): string {
  return path.normalize('NFC').toLowerCase();
}

/** A glob that names a folder means what is in it, too. */
function withContents(glob: string): string[] {
  const plain = glob.normalize('NFC').replace(/^\.\//, '').replace(/\/$/, '');
  return [plain, `${plain}/**`];
}

/** A glob that means one path. */
function literally(path: string): string {
  return path.replaceAll(/[\\*?[\]{}()!+@|]/g, String.raw`\$&`);
}
