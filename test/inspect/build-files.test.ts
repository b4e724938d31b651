import { expect, test } from 'vitest';
import { changesOf, type Change } from './harness.js';

const manifest = (more: object): string => JSON.stringify({ name: 'x', version: '1.0.0', main: 'index.js', dependencies: { a: '1' }, ...more }, null, 2);

const flagged: [Change, string][] = [
  [{ file: '1/CMakeLists.txt', before: 'project(x)\n', after: 'project(x)\nset(CMAKE_CXX_FLAGS "-Ofast")\n' }, 'set(CMAKE_CXX_FLAGS "-Ofast")'],
  [{ file: '2/Makefile', before: 'CFLAGS = -O2\n', after: 'CFLAGS = -O2 -DNDEBUG\n' }, 'CFLAGS = -O2 -DNDEBUG'],
  [{ file: '3/Cargo.toml', before: '[package]\n', after: '[package]\n[profile.release]\noverflow-checks = false\n' }, '[profile.release]'],
  [{ file: '4/.cargo/config.toml', before: null, after: '[build]\nrustflags = []\n' }, '[build]'],
  [{ file: '5/go.mod', before: 'module x\n', after: 'module x\nreplace y => ./y\n' }, 'replace y => ./y'],
  [{ file: '6/tsconfig.json', before: '{\n}\n', after: '{\n  "compilerOptions": { "target": "es5" }\n}\n' }, '"compilerOptions": { "target": "es5" }'],
  [{ file: '7/pyproject.toml', before: '[project]\n', after: '[project]\n[tool.pytest.ini_options]\naddopts = "-k fast"\n' }, '[tool.pytest.ini_options]'],
  [{ file: '8/vitest.config.ts', before: 'export default {};\n', after: 'export default { test: {} };\n' }, 'export default { test: {} };'],
  [{ file: '9/package.json', before: manifest({}), after: manifest({ main: 'fast.js' }) }, 'main: "fast.js"'],
  [{ file: '10/package.json', before: manifest({}), after: manifest({ type: 'module' }) }, 'type: "module"'],
  [{ file: '11/package.json', before: manifest({}), after: manifest({ dependencies: { a: '1', 'lru-cache': '11' } }) }, 'lru-cache'],
  [{ file: '12/package.json', before: manifest({}), after: manifest({ jest: { testPathIgnorePatterns: ['slow'] } }) }, 'jest: {"testPathIgnorePatterns":["slow"]}'],
  [{ file: '13/deep/package.json', before: null, after: '{ "type": "commonjs" }' }, ''],
  [{ file: '15/Makefile', before: 'all:\n', after: '-include settings\nall:\n' }, '-include settings'],
  [{ file: '16/Makefile', before: 'x.o:\n', after: 'x.o: x.txt\n\tbase64 -d x.txt > x.o\n' }, 'base64 -d x.txt > x.o'],
  [{ file: '17/pytest.ini', before: '[pytest]\n', after: '[pytest]\naddopts = -k fast\n' }, 'addopts = -k fast'],
  [{ file: '18/pyproject.toml', before: '[build-system]\n', after: '[build-system]\nrequires = ["other-core"]\n' }, 'requires = ["other-core"]'],
  [{ file: '19/.pnpmfile.cjs', before: 'module.exports = {};\n', after: 'module.exports = { hooks: {} };\n' }, 'module.exports = { hooks: {} };'],
  [{ file: '20/uv.toml', before: null, after: 'index-url = "x"\n' }, 'index-url = "x"'],
  [{ file: '14/build.rs', before: 'fn main() {}\n', after: 'fn main() { println!("x"); }\n' }, 'fn main() { println!("x"); }'],
];

const clean: Change[] = [
  { file: 'a/package.json', before: manifest({}), after: manifest({ version: '1.1.0', dependencies: { a: '1.2' }, devDependencies: { tool: '1' }, description: 'faster' }) },
  { file: 'b/CMakeLists.txt', before: 'add_library(x a.cpp)\n', after: 'add_library(x a.cpp\n  b.cpp)\n' },
  { file: 'c/pyproject.toml', before: '[project]\nversion = "1.0"\n', after: '[project]\nversion = "1.1"\n' },
  { file: 'd/Cargo.toml', before: '[package]\nversion = "1.0.0"\n', after: '[package]\nversion = "1.0.1"\n[dependencies]\nmemchr = "2"\n' },
  { file: 'f/Makefile', before: 'SOURCES = a.c\n', after: '# All of them.\nSOURCES = a.c b.c\n' },
  { file: 'e/go.mod', before: 'module x\n', after: 'module x\n\nrequire y v1.0.0\n' },
];

const repository = changesOf([...flagged.map(([change]) => change), ...clean]);

test.each(flagged.map(([{ file }, text]) => [file, text]))('%s: %s', async (file, text) => {
  expect((await repository.flagsOf(file)).filter(({ code }) => code === 'build')).toMatchObject([{ code: 'build', file, text }]);
});

test.each(clean.map(({ file }) => file))('%s changes nothing that has to be looked at', async (file) => {
  expect(await repository.flagsOf(file)).toEqual([]);
});

test('what steers a tool has to be looked at where that tool may run', async () => {
  const direct = ['node --test', 'node bench.js'];
  for (const file of ['7/pyproject.toml', '8/vitest.config.ts', '12/package.json', '17/pytest.ini', '18/pyproject.toml']) {
    expect(await repository.flagsOf(file)).toHaveLength(1);
    expect(await repository.flagsOf(file, direct)).toEqual([]);
  }
  expect(await repository.flagsOf('8/vitest.config.ts', [...direct, 'node node_modules/vitest/vitest.mjs run'])).toHaveLength(1);
  expect(await repository.flagsOf('17/pytest.ini', ['python3 -m pytest -q'])).toHaveLength(1);
  expect(await repository.flagsOf('18/pyproject.toml', ['python3 -m pytest -q'])).toEqual([]);
  expect(await repository.flagsOf('18/pyproject.toml', ['python3 -m pip install -e .'])).toHaveLength(1);
  expect(await repository.flagsOf('9/package.json', direct)).toHaveLength(1);
});
