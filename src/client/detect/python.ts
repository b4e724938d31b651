import { chooseBenchmark } from './choose.js';
import { listOf, tableOf, textOf, type Table } from './json.js';
import { readManifest } from './manifest.js';
import type { FoundBenchmark, FoundCommand, LikelyMetric, Project } from './model.js';
import { printedMetrics } from './printed.js';
import { pythonSetup } from './python-setup.js';
import type { Repository } from './repository.js';
import { shellWord } from '../../core/shell-word.js';

/** Files that are looked into for what runs the tests. */
const mostRead = 100;

export async function detectPython(repository: Repository): Promise<Project | null> {
  const notes: string[] = [];
  const pyproject = await readManifest(repository, 'pyproject.toml', notes);
  const files = repository.matching(/\.pyx?$/);
  const [requirements] = repository.matching(/^requirements[^/]*\.txt$/);
  const manifest = ['pyproject.toml', 'setup.py', 'setup.cfg'].find((name) => repository.has(name)) ?? requirements ?? null;
  if (manifest === null && files.length === 0) return null;
  const pytest = await pytestEvidence(repository, pyproject ?? {});
  const setup = await pythonSetup(repository, pyproject ?? {}, { pytest: pytest !== null, notes });
  const python = setup === null ? 'python3' : '.venv/bin/python';
  // The worktree's own code must win over any installed copy of it.
  const env = { PYTHONPATH: repository.matching(/^src\/[^/]+(?:\/__init__)?\.py$/).length > 0 ? 'src' : '.' };
  const { benchmark, metrics } = await benchmarkOf(repository, python, env);
  return {
    language: 'python',
    files: files.length,
    manifest,
    packageManager: setup?.packageManager ?? null,
    setup: setup?.command ?? null,
    build: await extensionBuild(repository, python, pyproject ?? {}, notes),
    test: await testOf(repository, python, env, { pytest, notes }),
    benchmark,
    metrics,
    notes,
  };
}

/** What says that the tests are pytest's; null when nothing does. */
async function pytestEvidence(repository: Repository, pyproject: Table): Promise<string | null> {
  if (tableOf(tableOf(pyproject['tool'])['pytest'])['ini_options'] !== undefined) return 'tool.pytest in pyproject.toml';
  if (repository.has('pytest.ini')) return 'pytest.ini';
  const [conftest] = repository.matching(/(?:^|\/)conftest\.py$/);
  if (conftest !== undefined) return conftest;
  for (const file of ['pyproject.toml', 'setup.cfg', 'tox.ini', 'setup.py', ...repository.matching(/^(?:requirements[^/]*|[^/]*-requirements|requirements\/[^/]*)\.txt$/)]) {
    if (/\bpytest\b/.test((await repository.read(file)) ?? '')) return `pytest in ${file}`;
  }
  for (const file of testFiles(repository).slice(0, 20)) {
    if (/^[ \t]*(?:import|from) pytest\b/m.test((await repository.read(file)) ?? '')) return `import of pytest in ${file}`;
  }
  if ((await unittestEvidence(repository)) !== null) return null;
  // Of the two only pytest runs functions.
  for (const file of testFiles(repository).slice(0, 20)) {
    if (/^(?:async )?def test_\w*\(/m.test((await repository.read(file)) ?? '')) return 'tests that are functions';
  }
  return null;
}

function testFiles(repository: Repository): string[] {
  return repository.matching(/(?:^|\/)(?:test_[^/]*|[^/]*_test|tests)\.py$/);
}

/** The file that says that the tests are unittest's; a base class of tests may be in another file of their folder. */
async function unittestEvidence(repository: Repository): Promise<string | null> {
  const files = new Set([...testFiles(repository), ...repository.matching(/(?:^|\/)tests?\/[^/]+\.py$/)]);
  for (const file of [...files].slice(0, mostRead)) {
    if (/^[ \t]*(?:import|from) (?:\w+, *)*unittest\b/m.test((await repository.read(file)) ?? '')) return file;
  }
  return null;
}

async function testOf(repository: Repository, python: string, env: Record<string, string>, { pytest, notes }: { pytest: string | null; notes: string[] }): Promise<FoundCommand | null> {
  const files = testFiles(repository);
  const [file] = files;
  if (file === undefined) return null;
  if (pytest !== null) return { run: `${python} -m pytest -q`, env, evidence: `${file}, and ${pytest}` };
  const unittest = await unittestEvidence(repository);
  if (unittest === null) {
    notes.push(`${file} is named like a test, but holds none of pytest or unittest: name the command that runs it as \`test\`.`);
    return null;
  }
  const folder = ['tests', 'test'].find((name) => files.some((path) => path.startsWith(`${name}/`)));
  const where = folder === undefined ? '' : repository.has(`${folder}/__init__.py`) ? ` -s ${folder} -t .` : ` -s ${folder}`;
  const pattern = files.some((path) => /(?:^|\/)test[^/]*\.py$/.test(path)) ? '' : " -p '*_test.py'";
  // With -v it names the tests.
  return { run: `${python} -m unittest discover -v${where}${pattern}`, env, evidence: `import of unittest in ${unittest}, and no sign of pytest` };
}

async function benchmarkOf(repository: Repository, python: string, env: Record<string, string>): Promise<{ benchmark: FoundBenchmark | null; metrics: LikelyMetric[] }> {
  const files = repository.matching(/^(?:(?:bench|benches|benchmark|benchmarks|perf)\/[^/]+|bench|benchmark|bench_[^/]+|benchmark_[^/]+)\.py$/).filter((file) => !/(?:^|\/)(?:__init__|conftest)\.py$/.test(file));
  const chosen = chooseBenchmark(files);
  if (chosen === null) return { benchmark: null, metrics: [] };
  const { file } = chosen;
  const source = (await repository.read(file)) ?? '';
  const cautions = chosen.caution === undefined ? [] : [chosen.caution];
  if (/^[ \t]*def test_\w*\([^)\n]*\bbenchmark\b/m.test(source)) {
    return { benchmark: { run: `${python} -m pytest -q --benchmark-only ${shellWord(file)}`, env, evidence: `fixture \`benchmark\` in ${file}`, measures: 'printed', caution: [...cautions, 'pytest-benchmark repeats the work for a fixed time'].join('; ') }, metrics: [] };
  }
  const pyperf = /^[ \t]*(?:import|from) pyperf\b/m.test(source);
  if (pyperf) cautions.push('pyperf repeats the work for a fixed time');
  else if (!source.includes('__main__')) cautions.push('it has no `__main__` part: check that it does the work when it is run');
  return {
    benchmark: { run: `${python} ${shellWord(file)}`, env, evidence: file, measures: pyperf ? 'printed' : 'wall', ...(cautions.length === 0 ? {} : { caution: cautions.join('; ') }) },
    metrics: printedMetrics(source, file),
  };
}

/** Compiled parts must be built inside the worktree, or every candidate would run the base's. */
async function extensionBuild(repository: Repository, python: string, pyproject: Table, notes: string[]): Promise<FoundCommand | null> {
  const setup = (await repository.read('setup.py')) ?? '';
  if (/\b(?:ext_modules|Extension\(|cythonize\()/.test(setup)) return { run: `${python} setup.py build_ext --inplace`, env: {}, evidence: 'extension modules in setup.py' };
  const system = tableOf(pyproject['build-system']);
  const backend = [textOf(system['build-backend']) ?? '', ...listOf(system['requires']).map(String)].join(' ');
  const compiled = /maturin|scikit[-_]build|meson|setuptools[-_]rust/.exec(backend)?.[0];
  if (compiled !== undefined) notes.push(`${compiled} compiles a part of this package: name a \`build\` that puts the result into the worktree, or every candidate would run the same compiled code.`);
  return null;
}
