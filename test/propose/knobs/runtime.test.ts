import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { applyEdits } from '../../../src/core/candidates/apply-edits.js';
import { sha256 } from '../../../src/propose/hash.js';
import { allocatorLibraries } from '../../../src/propose/knobs/allocator-libraries.js';
import { removeTree } from '../../../src/workspace/remove-tree.js';
import { found, knobOf, missing, removeAfterwards, run, settingOf, turn, type Found } from './fixture.js';

removeAfterwards();

function variables(of: Found, id: string, value: string): Record<string, string> {
  const { place } = settingOf(of, id, value);
  if (place.kind !== 'environment') throw new Error(`${id} is no variable`);
  return place.set;
}

const ids = ({ knobs }: Found): string[] => knobs.map(({ id }) => id);

describe('Node', () => {
  const heap = "console.log(require('node:v8').getHeapStatistics().heap_size_limit)";

  test('is told by a variable where the benchmark starts it itself, beside what it is told already', async () => {
    const of = await found({ 'bench/run.js': heap }, '[commands]\nbenchmark = { run = "node bench/run.js", env = { NODE_OPTIONS = "--no-warnings --max-old-space-size=300" } }\n');
    const set = variables(of, 'node-semi-space', '--max-semi-space-size=64');
    expect(set).toEqual({ NODE_OPTIONS: '--no-warnings --max-old-space-size=300 --max-semi-space-size=64' });
    expect(Number(run(of, 'node bench/run.js', set))).toBeGreaterThan(Number(run(of, 'node bench/run.js', { NODE_OPTIONS: '--max-old-space-size=300' })));
    expect(variables(of, 'node-old-space', '--max-old-space-size=600')).toEqual({ NODE_OPTIONS: '--no-warnings --max-old-space-size=600' });
    expect(knobOf(of, 'node-old-space')).toMatchObject({ current: '--max-old-space-size=300', file: 'bench/run.js' });
  });

  test('is told in the script of package.json that a user starts it with', async () => {
    const manifest = '{\n  "name": "x",\n  "scripts": {\n    "start": "NODE_ENV=production node --max-semi-space-size=32 server.js",\n    "bench": "node bench.js"\n  }\n}\n';
    const service = '[service]\nstart = "npm start"\nready = "true"\nload = "true"\n';
    const of = await found({ 'package.json': manifest, 'server.js': 'console.log(process.execArgv.join())' }, service);
    expect(knobOf(of, 'node-semi-space')).toMatchObject({ current: '--max-semi-space-size=32', file: 'package.json', line: 4 });
    expect(turn(of, 'node-semi-space', '--max-semi-space-size=64')).toBe(manifest.replace('size=32', 'size=64'));
    expect(run(of, 'npm start --silent')).toBe('--max-semi-space-size=64\n');
    const bench = await found({ 'package.json': manifest, 'bench.js': '' }, '[commands]\nbenchmark = "npm run bench"\n');
    expect(settingOf(bench, 'node-semi-space', '--max-semi-space-size=64').place.kind).toBe('environment');
  });

  test('is told in the shell script that starts it, but not in one that measures', async () => {
    const script = '#!/bin/sh\n# node is started here\nexport OMP_NUM_THREADS=2\nexec node "$(dirname "$0")/server.js" "$@"\n';
    const of = await found({ 'start.sh': script, 'server.js': 'console.log(process.execArgv.join())' }, '[commands]\nbenchmark = "sh start.sh 1"\n');
    expect(turn(of, 'node-semi-space', '--max-semi-space-size=64')).toBe(script.replace('exec node', 'exec node --max-semi-space-size=64'));
    expect(run(of, 'sh start.sh 1')).toBe('--max-semi-space-size=64\n');
    const bench = await found({ 'load.sh': script, 'server.js': '' }, '[commands]\nbenchmark = "sh load.sh"\n');
    expect(settingOf(bench, 'node-semi-space', '--max-semi-space-size=64').place.kind).toBe('environment');
    const named = await found({ 'run-bench.js': '#!/usr/bin/env node\n' }, '[commands]\nbenchmark = "./run-bench.js"\n');
    expect(named.knobs.flatMap(({ settings }) => settings.filter(({ place }) => place.kind === 'patch'))).toEqual([]);
  });

  test('is told in the first line of a program that is started by its name', async () => {
    const of = await found({ 'bin/tool': '#!/usr/bin/env node\nconsole.log(process.execArgv.join())\n' }, '[commands]\nbenchmark = "bin/tool --all"\n');
    expect(turn(of, 'node-semi-space', '--max-semi-space-size=128')).toBe('#!/usr/bin/env -S node --max-semi-space-size=128\nconsole.log(process.execArgv.join())\n');
    chmodSync(join(of.root, 'bin/tool'), 0o755);
    expect(run(of, 'bin/tool')).toBe('--max-semi-space-size=128\n');
  });

  test('is left alone where the command says the size, and where nothing runs it', async () => {
    expect(ids(await found({ 'a.js': '' }, '[commands]\nbenchmark = "node --max-semi-space-size=64 a.js"\n'))).toEqual([]);
    expect(ids(await found({ 'a.js': '', 'package.json': '{}' }, '[commands]\nbenchmark = "./run"\n'))).toEqual([]);
  });

  test('has a line for the Dockerfile, which is not applied', async () => {
    const dockerfile = 'FROM node:22\nCOPY . .\nENV A=1\nCMD ["node", "server.js"]\n';
    const of = await found({ 'server.js': '', Dockerfile: dockerfile }, '[commands]\nbenchmark = "node server.js"\n');
    const { place } = settingOf(of, 'node-semi-space', '--max-semi-space-size=64');
    expect(place.kind === 'environment' && applyEdits(dockerfile, place.elsewhere ?? [], sha256)).toBe(dockerfile.replace('CMD', 'ENV NODE_OPTIONS=--max-semi-space-size=64\nCMD'));
  });
});

describe('Python', () => {
  const config = '[target]\neditable = ["main.py"]\n[commands]\nbenchmark = "python3 main.py"\n';
  const main = '"""Says what it is."""\nfrom __future__ import annotations\nimport sys, json  # both\n\nassert sys.argv == [], "asked"\nprint(gc.get_threshold()[0] if "gc" in globals() else "none")\n';

  test.skipIf(missing('python3'))('leaves out assertions, and looks for garbage less often', async () => {
    const of = await found({ 'main.py': main }, config);
    expect(() => run(of, 'python3 main.py')).toThrow(/asked/);
    expect(run(of, 'python3 main.py', variables(of, 'python-assertions', 'PYTHONOPTIMIZE=1'))).toBe('none\n');
    expect(settingOf(of, 'python-assertions', 'PYTHONOPTIMIZE=1').caution).toContain('assert');
    expect(turn(of, 'python-gc-threshold', '50_000')).toContain('import sys, json  # both\nimport gc\n\ngc.set_threshold(50_000)\n\nassert');
    expect(run(of, 'python3 -O main.py')).toBe('50000\n');
  });

  test('changes the number that is there, and not a program that is protected', async () => {
    const of = await found({ 'app/start.py': 'import gc\ngc.set_threshold(10_000, 20, 5)  # gc.set_threshold(1)\n', 'main.py': 'import app.start\n' }, config);
    expect(knobOf(of, 'python-gc-threshold@app/start.py')).toMatchObject({ current: '10_000', line: 2 });
    expect(turn(of, 'python-gc-threshold@app/start.py', '200_000')).toContain('gc.set_threshold(200_000, 20, 5)  # gc.set_threshold(1)');
    expect(ids(await found({ 'main.py': 'import sys\n' }, '[commands]\nbenchmark = "python3 main.py"\n'))).toEqual([]);
  });

  test('of PyTorch: modes, workers and threads are numbers and words of the source', async () => {
    const train = 'import torch\nfrom torch.utils.data import DataLoader\ntorch.set_num_threads(8)\nloader = DataLoader(make(1, (2)), batch_size=4, num_workers=0, shuffle=True)\nmodel = torch.compile(model, mode="default").to("cuda")\n';
    const of = await found({ 'pkg/train.py': train, 'bench.py': 'import pkg.train\n' }, '[commands]\nbenchmark = "python3 bench.py"\n');
    expect(ids(of)).toEqual(['threads', 'torch-threads@pkg/train.py', 'compile-mode@pkg/train.py', 'loader-workers@pkg/train.py', 'cuda-allocator', 'cuda-connections', 'cuda-tf32']);
    expect(knobOf(of, 'loader-workers@pkg/train.py').settings.map(({ value, changesResults }) => [value, changesResults])).toEqual([['2', undefined], ['4', undefined]]);
    expect(settingOf(of, 'cuda-tf32', 'TORCH_ALLOW_TF32_CUBLAS_OVERRIDE=1').changesResults).toBe('precision');
    expect(turn(of, 'compile-mode@pkg/train.py', 'reduce-overhead')).toBe(train.replace('"default"', '"reduce-overhead"'));
    const random = await found({ 'pkg/train.py': train.replace('make(1, (2))', 'RandomCrop(x)'), 'bench.py': 'import pkg.train\n' }, '[commands]\nbenchmark = "python3 bench.py"\n');
    expect(settingOf(random, 'loader-workers@pkg/train.py', '4').changesResults).toBe('randomness');
  });
});

describe('compiled programs', () => {
  test.skipIf(missing('gcc', 'make'))('compute with as many threads as OpenMP is told', async () => {
    const files = { Makefile: 'CFLAGS = -O2 -fopenmp\nprog: main.c\n\t$(CC) $(CFLAGS) -o $@ $<\n', 'main.c': '#include <omp.h>\n#include <stdio.h>\nint main(void) {\n#pragma omp parallel\n#pragma omp single\n  printf("%d\\n", omp_get_num_threads());\n  return 0;\n}\n' };
    const of = await found(files, '[commands]\nbuild = "make"\nbenchmark = "./prog"\n');
    run(of, 'make');
    expect(run(of, './prog', variables(of, 'threads', '2'))).toBe('2\n');
    expect(settingOf(of, 'threads', '2').changesResults).toBeUndefined();
    const launcher = '#!/bin/sh\nOMP_NUM_THREADS="1" # of this machine\nexport OMP_NUM_THREADS\n./prog\n';
    const launched = await found({ ...files, 'run.sh': launcher }, '[commands]\nbuild = "make"\nbenchmark = "sh run.sh"\n');
    expect(knobOf(launched, 'threads')).toMatchObject({ current: '1', file: 'run.sh', line: 2 });
    expect(turn(launched, 'threads', '4')).toBe(launcher.replace('"1"', '"4"'));
    expect(ids(await found({ ...files, 'scripts/perf.sh': launcher }, '[commands]\nbuild = "make"\nbenchmark = "sh scripts/perf.sh"\n'))).not.toContain('threads');
    const sums = await found({ ...files, 'main.c': 'void f(void) {\n#pragma omp parallel for reduction(+:sum)\n}\n' }, '[commands]\nbuild = "make"\nbenchmark = "./prog"\n');
    expect(settingOf(sums, 'threads', '2').changesResults).toBe('rounding');
  });

  const folder = mkdtempSync(join(tmpdir(), 'perfloop-allocators-'));
  afterAll(() => removeTree(folder));

  test.skipIf(missing('gcc', 'make'))('get another allocator of the machine by preload', async () => {
    writeFileSync(join(folder, 'a.c'), '#include <unistd.h>\n__attribute__((constructor)) static void said(void) { if (write(1, "preloaded\\n", 10)) {} }\n');
    const files = { 'main.c': '#include <stdlib.h>\nint main(void) { return malloc(1) == NULL; }\n', Makefile: 'prog: main.c\n\t$(CC) -o $@ $<\n' };
    const config = '[commands]\nbuild = "make"\nbenchmark = "./prog"\n';
    run({ root: folder, knobs: [] }, 'gcc -shared -fPIC -o libjemalloc.so.2 a.c');
    const of = await found(files, config, { allocators: allocatorLibraries([folder, '/not/there']) });
    run(of, 'make');
    expect(run(of, './prog', variables(of, 'allocator', 'jemalloc'))).toContain('preloaded\n');
    expect(ids(await found(files, config))).not.toContain('allocator');
    expect(ids(await found({ ...files, 'x.c': '// links mimalloc\n#include <mimalloc.h>\n' }, config, { allocators: ['/lib/libjemalloc.so.2'] }))).not.toContain('allocator');
  });

  test('of Go collect garbage less often, by a variable or by the number that is there', async () => {
    const config = '[commands]\nbuild = "go build -o prog ."\nbenchmark = { run = "./prog", env = { GOGC = "200" } }\n';
    const of = await found({ 'go.mod': 'module x\n', 'main.go': 'package main\n' }, config);
    expect(knobOf(of, 'go-gc')).toMatchObject({ current: '200' });
    expect(variables(of, 'go-gc', 'GOGC=400')).toEqual({ GOGC: '400' });
    const set = await found({ 'go.mod': 'module x\n', 'main.go': 'package main\nfunc main() { debug.SetGCPercent(100) }\n' }, config);
    expect(turn(set, 'go-gc@main.go', '400')).toContain('debug.SetGCPercent(400)');
    expect(ids(await found({ 'go.mod': 'module x\n' }, config.replace('./prog"', 'GOGC=50 ./prog"')))).toEqual([]);
    expect(ids(await found({ 'go.mod': 'module x\n', 'run-bench.sh': 'export GOGC=100\n./prog\n' }, config.replace('"./prog"', '"sh run-bench.sh"')))).toEqual([]);
  });
});
