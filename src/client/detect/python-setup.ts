import { listOf, tableOf, textOf, type Table } from './json.js';
import type { FoundCommand } from './model.js';
import type { Repository } from './repository.js';
import { shellWord } from '../../core/shell-word.js';

export interface PythonSetup {
  command: FoundCommand;
  packageManager: { name: string; evidence: string };
}

/**
 * Installs what the project depends on into `.venv`, and never the project itself: an editable install points to one
 * worktree for good, and a copy would be measured in place of the candidate. Null when nothing has to be installed.
 */
export async function pythonSetup(repository: Repository, pyproject: Table, options: { pytest: boolean; notes: string[] }): Promise<PythonSetup | null> {
  if (repository.has('uv.lock')) return setup('uv', 'uv sync --frozen --no-install-project', 'uv.lock', {});
  if (repository.has('poetry.lock')) return setup('poetry', 'poetry install --no-root', 'poetry.lock', { POETRY_VIRTUALENVS_IN_PROJECT: 'true' });
  const requirements = repository.matching(/^(?:(?:requirements|(?:dev|test)-requirements|requirements[-_](?:dev|test|tests))|requirements\/(?:base|main|dev|test|tests))\.txt$/);
  const arguments_ = requirements.map((file) => `-r ${shellWord(file)}`);
  if (requirements.length === 0) {
    const project = tableOf(pyproject['project']);
    arguments_.push(...dependenciesOf(project, pyproject).map(shellWord));
    const setupPy = (await repository.read('setup.py')) ?? '';
    if (arguments_.length === 0 && (/install_requires/.test(setupPy) || listOf(project['dynamic']).includes('dependencies'))) {
      options.notes.push('The dependencies are computed when the package is built: name a `setup` that installs them, without the package itself.');
    }
  }
  const evidence = requirements.length > 0 ? requirements.join(', ') : arguments_.length > 0 ? 'dependencies in pyproject.toml' : 'the tests need pytest';
  if (options.pytest && !(await namesPytest(repository, requirements, arguments_))) arguments_.push('pytest');
  if (arguments_.length === 0) return null;
  return setup('pip', `python3 -m venv .venv && .venv/bin/python -m pip install -q ${arguments_.join(' ')}`, evidence, {});
}

function setup(name: string, run: string, evidence: string, env: Record<string, string>): PythonSetup {
  return { command: { run, env, evidence }, packageManager: { name, evidence } };
}

/** The dependencies, and those of the extras and groups that are for tests. */
function dependenciesOf(project: Table, pyproject: Table): string[] {
  const lists = [listOf(project['dependencies'])];
  for (const groups of [tableOf(project['optional-dependencies']), tableOf(pyproject['dependency-groups'])]) {
    for (const name of ['test', 'tests', 'testing', 'dev', 'bench', 'benchmark']) lists.push(listOf(groups[name]));
  }
  const own = textOf(project['name']);
  // An extra that refers to the package's own extras would install the package.
  return [...new Set(lists.flat().filter((entry) => typeof entry === 'string'))].filter((entry) => own === null || !new RegExp(`^${own.replaceAll(/\W/g, '.')}\\s*\\[`, 'i').test(entry));
}

async function namesPytest(repository: Repository, requirements: string[], given: string[]): Promise<boolean> {
  if (given.some((entry) => /^'?pytest\b/.test(entry))) return true;
  for (const file of requirements) if (/^pytest\b/m.test((await repository.read(file)) ?? '')) return true;
  return false;
}
