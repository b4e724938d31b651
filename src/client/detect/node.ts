import { chooseBenchmark } from './choose.js';
import { listOf, tableOf, textOf, type Table } from './json.js';
import { readManifest } from './manifest.js';
import type { FoundBenchmark, FoundCommand, FoundTest, LikelyMetric, Project } from './model.js';
import { printedMetrics } from './printed.js';
import type { Repository } from './repository.js';
import { shellWord } from '../../core/shell-word.js';

interface Manager {
  name: 'npm' | 'yarn' | 'pnpm';
  evidence: string;
  install: string;
  /** Runs a script of package.json. */
  script: (name: string) => string;
  /** The same, without a header of its own. */
  quiet: (name: string) => string;
}

/** Libraries that repeat the work for a fixed time. */
const timeBoxed = /(?:from|import|require\()\s*['"](tinybench|benchmark|mitata|benny|bench-node|vitest|cronometro)['"]/;

export async function detectNode(repository: Repository): Promise<Project | null> {
  const notes: string[] = [];
  const manifest = await readManifest(repository, 'package.json', notes);
  const javascript = repository.matching(/\.[cm]?jsx?$/).length;
  const typescript = repository.matching(/\.[cm]?tsx?$/).length;
  if (manifest === null && javascript + typescript === 0) return null;
  const scripts = tableOf(manifest?.['scripts']);
  const manager = managerOf(repository, manifest ?? {});
  const { benchmark, metrics } = await benchmarkOf(repository, scripts, manager, manifest ?? {});
  if (manifest?.['workspaces'] !== undefined || repository.has('pnpm-workspace.yaml')) notes.push('This is a workspace of several packages: the benchmark may have to name one.');
  return {
    language: typescript > javascript ? 'typescript' : 'javascript',
    files: javascript + typescript,
    manifest: manifest === null ? null : 'package.json',
    packageManager: manifest === null ? null : { name: manager.name, evidence: manager.evidence },
    setup: setupOf(manifest ?? {}, manager),
    build: typeof scripts['build'] === 'string' ? { run: manager.script('build'), env: {}, evidence: 'script `build` in package.json' } : null,
    test: testOf(repository, scripts, manager),
    benchmark,
    metrics,
    notes,
  };
}

function managerOf(repository: Repository, manifest: Table): Manager {
  const declared = textOf(manifest['packageManager']) ?? '';
  const berry = repository.has('.yarnrc.yml') || /^yarn@(?!1\.)/.test(declared);
  const npm = (lock: string | undefined): Manager => ({ name: 'npm', evidence: lock ?? 'package.json, no lock file', install: lock === undefined ? 'npm install' : 'npm ci', script: (name) => (name === 'test' ? 'npm test' : `npm run ${name}`), quiet: (name) => `npm run --silent ${name}` });
  const yarn = (evidence: string): Manager => ({ name: 'yarn', evidence, install: berry ? 'yarn install --immutable' : 'yarn install --frozen-lockfile', script: (name) => `yarn run ${name}`, quiet: (name) => (berry ? `yarn run ${name}` : `yarn run --silent ${name}`) });
  const pnpm = (evidence: string): Manager => ({ name: 'pnpm', evidence, install: 'pnpm install --frozen-lockfile', script: (name) => `pnpm run ${name}`, quiet: (name) => `pnpm run --silent ${name}` });
  if (declared.startsWith('pnpm@')) return pnpm('packageManager in package.json');
  if (declared.startsWith('yarn@')) return yarn('packageManager in package.json');
  if (repository.has('pnpm-lock.yaml')) return pnpm('pnpm-lock.yaml');
  if (repository.has('yarn.lock')) return yarn('yarn.lock');
  return npm(['package-lock.json', 'npm-shrinkwrap.json'].find((lock) => repository.has(lock)));
}

function setupOf(manifest: Table, manager: Manager): FoundCommand | null {
  const kinds = ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies'].filter((kind) => Object.keys(tableOf(manifest[kind])).length > 0);
  if (kinds.length === 0 && listOf(manifest['workspaces']).length === 0) return null;
  const unlocked = manager.evidence.endsWith('no lock file') ? { caution: 'there is no lock file, so base and candidate could get different versions; commit one' } : {};
  return { run: manager.install, env: {}, evidence: manager.evidence, ...unlocked };
}

/** Options with which a runner writes the names of its tests to a file, beside what it prints; mocha has one reporter only. */
const reporters = {
  vitest: { options: '--reporter=default --reporter=json --outputFile=.test-results.json', format: 'vitest', file: '.test-results.json' },
  jest: { options: '--json --outputFile=.test-results.json', format: 'jest', file: '.test-results.json' },
  mocha: { options: '--reporter xunit --reporter-option output=.test-results.xml', format: 'junit', file: '.test-results.xml' },
} as const;

function testOf(repository: Repository, scripts: Table, manager: Manager): FoundTest | null {
  const script = textOf(scripts['test']);
  // What `npm init` writes.
  if (script !== null && !script.includes('no test specified')) {
    const found: FoundTest = { run: manager.script('test'), env: {}, evidence: `script \`test\` in package.json: ${script}` };
    const runner = /^(?:npx )?(vitest|jest|mocha)(?: [^&|;<>$`()\p{Cc}]{0,500})?$/u.exec(script)?.[1] as keyof typeof reporters | undefined;
    if (runner === undefined || /--(?:reporter|json|watch|ui)\b|\s-R\b/.test(script)) return found;
    const { options, format, file } = reporters[runner];
    return { ...found, run: `${found.run}${manager.name === 'npm' ? ' --' : ''} ${options}`, results: { format, file } };
  }
  const [file] = repository.matching(/(?:^|\/)(?:tests?\/.*|[^/]*[.-]test|test)\.[cm]?js$/);
  return file === undefined ? null : { run: 'node --test', env: {}, evidence: `${file}, and no test script in package.json` };
}

async function benchmarkOf(repository: Repository, scripts: Table, manager: Manager, manifest: Table): Promise<{ benchmark: FoundBenchmark | null; metrics: LikelyMetric[] }> {
  const name = ['bench', 'benchmark', 'benchmarks', 'perf'].find((candidate) => textOf(scripts[candidate]) !== null);
  const script = name === undefined ? null : textOf(scripts[name]);
  if (name !== undefined && script !== null) {
    // npm and yarn take longer to start than many a benchmark runs.
    const plain = /^node\s[^&|;<>$\p{Cc}]{1,500}$/u.test(script);
    const file = script.split(/\s+/).map((word) => word.replace(/^\.\//, '')).find((word) => repository.has(word));
    const more = plain ? {} : { caution: `what ${manager.name} and the rest of the script take is measured too; the program by itself measures better` };
    const command: FoundCommand = { run: plain ? script : manager.quiet(name), env: {}, evidence: `script \`${name}\` in package.json: ${script}`, ...more };
    if (/\bvitest bench\b/.test(script)) return { benchmark: { ...command, measures: 'printed', caution: 'vitest repeats the work for a fixed time' }, metrics: [] };
    return inspect(repository, command, file);
  }
  const typescript = tableOf(manifest['devDependencies'])['tsx'] === undefined ? '' : '|ts|mts';
  const chosen = chooseBenchmark(repository.matching(new RegExp(String.raw`^(?:(?:bench|benches|benchmark|benchmarks|perf)/[^/]+|(?:bench|benchmark))\.(?:js|mjs|cjs${typescript})$`)));
  if (chosen === null) return { benchmark: null, metrics: [] };
  const run = `${chosen.file.endsWith('ts') ? 'node --import tsx' : 'node'} ${shellWord(chosen.file)}`;
  return inspect(repository, { run, env: {}, evidence: chosen.file, ...(chosen.caution === undefined ? {} : { caution: chosen.caution }) }, chosen.file);
}

async function inspect(repository: Repository, command: FoundCommand, file: string | undefined): Promise<{ benchmark: FoundBenchmark; metrics: LikelyMetric[] }> {
  const source = file === undefined ? null : await repository.read(file);
  if (source === null || file === undefined) return { benchmark: { ...command, measures: 'wall' }, metrics: [] };
  const library = timeBoxed.exec(source)?.[1];
  const metrics = printedMetrics(source, file);
  if (library === undefined) return { benchmark: { ...command, measures: 'wall' }, metrics };
  return { benchmark: { ...command, measures: 'printed', caution: `${library} repeats the work for a fixed time` }, metrics };
}
