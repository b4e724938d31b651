import { describe, expect, it } from 'vitest';
import { mainProject } from './temp-repository.js';

const project = (rest: string): string => `[project]\nname = "thing"\n${rest}`;

describe('the dependencies of a Python project', () => {
  it.each([
    ['requirements files', { 'requirements.txt': 'numpy', 'requirements-dev.txt': 'black', 'requirements/test.txt': '', 'docs-requirements.txt': '' }, 'python3 -m venv .venv && .venv/bin/python -m pip install -q -r requirements-dev.txt -r requirements.txt -r requirements/test.txt'],
    ['pyproject.toml', { 'pyproject.toml': project('dependencies = ["numpy>=1,<3", "attrs"]\noptional-dependencies.test = ["hypothesis", "thing[extra]"]\noptional-dependencies.docs = ["sphinx"]') }, "python3 -m venv .venv && .venv/bin/python -m pip install -q 'numpy>=1,<3' attrs hypothesis"],
    ['uv', { 'pyproject.toml': project(''), 'uv.lock': '' }, 'uv sync --frozen --no-install-project'],
    ['poetry', { 'pyproject.toml': '[tool.poetry]\nname = "thing"', 'poetry.lock': '' }, 'poetry install --no-root'],
  ])('of %s are installed, and never the project itself', async (_what, files, run) => {
    const found = await mainProject({ 'thing.py': '', ...(files as Record<string, string>) });
    expect(found.setup?.run).toBe(run);
  });

  it('are not installed where there are none', async () => {
    const found = await mainProject({ 'pyproject.toml': project('dependencies = []'), 'tests/test_a.py': 'import unittest' });
    expect(found.setup).toBeNull();
    expect(found.test?.run).toBe('python3 -m unittest discover -v -s tests');
  });

  it('that only building the package tells are noted', async () => {
    expect((await mainProject({ 'setup.py': 'setup(install_requires=read())' })).notes).toEqual([expect.stringContaining('name a `setup`')]);
  });
});

describe('the tests of a Python project', () => {
  const unittest = 'import unittest\n\n\nclass A(unittest.TestCase):\n    pass\n';

  it.each([
    ['pytest.ini', { 'pytest.ini': '' }, 'pytest.ini'],
    ['a table of pyproject.toml', { 'pyproject.toml': '[tool.pytest.ini_options]' }, 'tool.pytest in pyproject.toml'],
    ['a dependency', { 'requirements.txt': 'pytest==8' }, 'pytest in requirements.txt'],
    ['conftest.py', { 'tests/conftest.py': '' }, 'tests/conftest.py'],
    ['functions', { 'tests/test_b.py': 'def test_a():\n    assert True\n' }, 'tests that are functions'],
    ['an import', { 'tests/test_b.py': 'import pytest' }, 'import of pytest in tests/test_b.py'],
  ])('are run by pytest because of %s', async (_what, files, evidence) => {
    const found = await mainProject({ 'a.py': '', 'tests/test_a.py': '', ...(files as Record<string, string>) });
    expect(found.test?.run).toBe('.venv/bin/python -m pytest -q');
    expect(found.test?.evidence).toBe(`tests/test_a.py, and ${evidence}`);
    expect(found.setup?.run).toMatch(/pytest|requirements\.txt/);
  });

  it.each([
    [{ 'tests/test_a.py': unittest }, 'python3 -m unittest discover -v -s tests'],
    [{ 'tests/test_a.py': 'from base import Base', 'tests/base.py': unittest }, 'python3 -m unittest discover -v -s tests'],
    [{ 'tests/test_a.py': unittest, 'tests/__init__.py': '' }, 'python3 -m unittest discover -v -s tests -t .'],
    [{ 'test_a.py': 'import sys, unittest\n' }, 'python3 -m unittest discover -v'],
    [{ 'pkg/a_test.py': 'from unittest import TestCase' }, "python3 -m unittest discover -v -p '*_test.py'"],
  ])('are run by unittest for %j', async (files, run) => {
    expect((await mainProject({ 'setup.cfg': '', ...(files as Record<string, string>) })).test?.run).toBe(run);
  });

  it('are not guessed where a file only has the name of one', async () => {
    const found = await mainProject({ 'a.py': '', 'test_data.py': 'rows = 1\n' });
    expect(found.test).toBeNull();
    expect(found.notes).toEqual([expect.stringContaining('test_data.py is named like a test, but holds none of pytest or unittest')]);
  });

  it('need test files', async () => {
    expect((await mainProject({ 'pytest.ini': '', 'a.py': '' })).test).toBeNull();
  });
});

describe('the benchmark of a Python project', () => {
  it('runs the code of the worktree, wherever that is', async () => {
    const main = "if __name__ == '__main__': print(f'took: {1.5:.1f} ms')";
    expect((await mainProject({ 'src/thing/__init__.py': '', 'benchmarks/main.py': main })).benchmark).toEqual({ run: 'python3 benchmarks/main.py', env: { PYTHONPATH: 'src' }, evidence: 'benchmarks/main.py', measures: 'wall' });
    const flat = await mainProject({ 'thing/__init__.py': '', 'bench.py': main });
    expect(flat.benchmark).toMatchObject({ run: 'python3 bench.py', env: { PYTHONPATH: '.' } });
    expect(flat.metrics).toEqual([{ name: 'took', pattern: String.raw`took\s*:\s*([0-9.eE+-]+)\s*ms`, unit: 'ms', goal: 'min', evidence: 'bench.py:1', certain: false }]);
  });

  it('is looked at with suspicion when it may do nothing', async () => {
    expect((await mainProject({ 'a.py': '', 'benchmarks/sort.py': 'def bench(): pass' })).benchmark?.caution).toContain('no `__main__` part');
  });

  it('of pytest-benchmark or pyperf has a wall time without meaning', async () => {
    expect((await mainProject({ 'benchmarks/test_a.py': 'def test_a(benchmark): pass', 'requirements.txt': 'pytest-benchmark' })).benchmark).toMatchObject({ run: '.venv/bin/python -m pytest -q --benchmark-only benchmarks/test_a.py', measures: 'printed' });
    expect((await mainProject({ 'bench.py': 'import pyperf' })).benchmark?.measures).toBe('printed');
  });
});

describe('compiled parts of a Python project', () => {
  it('are built inside the worktree', async () => {
    expect((await mainProject({ 'setup.py': 'setup(ext_modules=[Extension("a", ["a.c"])])' })).build?.run).toBe('python3 setup.py build_ext --inplace');
  });

  it('that only their own tool can build are noted', async () => {
    const found = await mainProject({ 'pyproject.toml': '[build-system]\nrequires = ["maturin>=1"]\nbuild-backend = "maturin"' });
    expect(found.build).toBeNull();
    expect(found.notes).toEqual([expect.stringContaining('maturin compiles')]);
  });
});
