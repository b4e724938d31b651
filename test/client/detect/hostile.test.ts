import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { detectCpp } from '../../../src/client/detect/cpp.js';
import { detectGo } from '../../../src/client/detect/go.js';
import { detectNode } from '../../../src/client/detect/node.js';
import { detectPython } from '../../../src/client/detect/python.js';
import { renderConfig } from '../../../src/client/detect/render.js';
import type { Repository } from '../../../src/client/detect/repository.js';
import { detectRust } from '../../../src/client/detect/rust.js';
import { parseConfig } from '../../../src/core/config/parse.js';
import { temporaryRepository } from './temp-repository.js';
import { detectProject } from '../../../src/client/detect/detect.js';

const detectors = [detectNode, detectPython, detectRust, detectGo, detectCpp];

function inMemory(contents: Record<string, string>): Repository {
  const files = Object.keys(contents).sort();
  return { name: 'x', files, has: (path) => files.includes(path), matching: (pattern) => files.filter((path) => pattern.test(path)), read: async (path) => contents[path] ?? null };
}

async function holds(contents: Record<string, string>): Promise<void> {
  for (const detect of detectors) {
    const main = await detect(inMemory(contents));
    parseConfig(renderConfig({ name: 'x', languages: [], main, others: [] }, { minGain: 0.02, spread: null }), 'perfloop.toml');
  }
}

describe('what is detected in a repository that anyone wrote makes a valid config', () => {
  it('whatever values its package.json holds', async () => {
    const value = fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.string({ unit: 'binary', maxLength: 20 }), fc.string({ maxLength: 10 }).map((rest) => `node ${rest}`));
    const scripts = fc.dictionary(fc.constantFrom('test', 'bench', 'build', 'perf'), value, { noNullPrototype: true });
    const manifest = fc.record({ scripts: fc.oneof(scripts, value), dependencies: value, devDependencies: value, workspaces: value, packageManager: value }, { requiredKeys: [] });
    await fc.assert(fc.asyncProperty(manifest, async (json) => holds({ 'package.json': JSON.stringify(json), 'a.js': '' })), { numRuns: 200 });
  });

  it('whatever its names and sources hold', async () => {
    const text = fc.string({ unit: 'binary', maxLength: 30 });
    const word = text.map((value) => value.replaceAll(/[\0/]/g, ''));
    const source = fc.array(fc.oneof(text, fc.tuple(fc.constantFrom('console.log(`', 'print(f"', 'printf("', 'func Benchmark', '.bench_function("', 'BENCHMARK(', 'add_executable(bench '), text).map((parts) => parts.join(': ${time}')))).map((lines) => lines.join('\n'));
    await fc.assert(
      fc.asyncProperty(word, source, text, async (name, code, manifest) => {
        await holds({
          'pyproject.toml': manifest, 'Cargo.toml': manifest, 'setup.py': code, 'CMakeLists.txt': code, Makefile: code,
          [`bench/${name}.js`]: code, [`benchmarks/${name}.py`]: code, [`benches/${name}.rs`]: code, [`${name}_test.go`]: code, [`requirements-${name}.txt`]: code, 'a.cpp': code,
        });
      }),
      { numRuns: 200 },
    );
  });
});

// Under a second; one pattern that takes the square of the size takes more than the limit.
it('sources made to keep regular expressions busy are looked at in linear time', { timeout: 20_000 }, async () => {
  const size = 250_000;
  const evil = ['\n'.repeat(size), ' '.repeat(size), 'a'.repeat(size), 'bench'.repeat(size / 5), 'console.log(`'.repeat(size / 13), 'add_executable(bench \n'.repeat(size / 22), 'def test_(\n'.repeat(size / 11)];
  const dir = temporaryRepository(Object.fromEntries(evil.flatMap((text, position) => [[`bench/${position}.js`, text], [`benchmarks/${position}.py`, text], [`p${position}/CMakeLists.txt`, text], [`f${position}_test.go`, text]]).concat([['Makefile', 'a'.repeat(size)], ['CMakeLists.txt', ''], ['a.cpp', '']])));
  expect((await detectProject(dir)).languages).toHaveLength(4);
});
