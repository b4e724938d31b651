import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Flag } from '../../../src/core/flag.js';
import { readCoverage } from '../../../src/inspect/executed/coverage.js';
import { filesToWatch, markIdle } from '../../../src/inspect/executed/idle.js';
import { pythonLinesSource } from '../../../src/inspect/executed/python-lines.js';

let root: string;
const coverage = (): string => join(root, 'coverage');

beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'perfloop-lines-')));
  for (const name of ['coverage', 'hook']) mkdirSync(join(root, name));
  writeFileSync(join(root, 'hook', 'sitecustomize.py'), pythonLinesSource);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** Runs a program under both hooks and gives the lines of a file that were executed; null: it was not loaded. */
async function linesOf(program: string[], file: string, files: Record<string, string>): Promise<number[] | 'tampered' | null> {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(root, name), text);
  const watched = join(root, file);
  execFileSync(program[0] as string, program.slice(1), { cwd: root, env: { PATH: process.env['PATH'], NODE_V8_COVERAGE: coverage(), PYTHONPATH: join(root, 'hook'), PERFLOOP_LINES_TO: coverage(), PERFLOOP_LINES_OF: JSON.stringify([watched]) } });
  const seen = await readCoverage(coverage(), [watched], async (path) => readFileSync(path, 'utf8'));
  if (seen === 'tampered') return seen;
  const lines = seen.executed.get(watched);
  return lines === undefined ? null : [...lines].sort((a, b) => a - b);
}

describe('the lines that a benchmark executes', () => {
  it('of JavaScript are those of the functions and blocks that ran (and of what exports them)', async () => {
    const lib = ['export function used(n) {', '  if (n > 100) {', '    return Date.now();', '  }', '  return n;', '}', 'export function unused() {', '  return process.env.X;', '}', ''].join('\n');
    expect(await linesOf(['node', 'run.mjs'], 'lib.mjs', { 'lib.mjs': lib, 'run.mjs': "import { used } from './lib.mjs'; used(3);\n" })).toEqual([1, 2, 5, 7]);
  });

  it('of Python too, in every thread (line 0 is the module)', async () => {
    const lib = ['import time', 'def used(n):', '    if n > 100:', '        return time.time()', '    return n', 'def threaded():', '    return 1', 'def unused():', '    return time.time()', ''].join('\n');
    const run = 'import threading, lib\nlib.used(3)\nthread = threading.Thread(target=lib.threaded)\nthread.start()\nthread.join()\n';
    expect(await linesOf(['python3', 'run.py'], 'lib.py', { 'lib.py': lib, 'run.py': run })).toEqual([0, 1, 2, 3, 5, 6, 7, 8]);
  });

  it('are unknown of a file that was not loaded', async () => {
    expect(await linesOf(['node', 'run.mjs'], 'other.mjs', { 'run.mjs': '1;\n', 'other.mjs': '1;\n' })).toBeNull();
  });

  it('are not believed where the program took over the tracing', async () => {
    expect(await linesOf(['python3', 'run.py'], 'run.py', { 'run.py': 'import sys\nsys.settrace(None)\n' })).toBe('tampered');
  });

  it.each(['mkfifo pipe', 'mkdir folder', 'ln -s /dev/zero link', 'echo no json > x', `echo '{"result":{}}' > x`])('are not believed, nor waited for, where the program left something else: %s', async (leave) => {
    expect(await linesOf(['sh', '-c', `cd coverage && ${leave}`], 'lib.mjs', {})).toBe('tampered');
  });

  it('are not believed where it left more work than a program makes', async () => {
    const url = `file://${join(root, 'lib.mjs')}`;
    const functions = [{ ranges: Array.from({ length: 100_000 }, () => ({ startOffset: 0, endOffset: 1e9, count: 1 })) }];
    writeFileSync(join(coverage(), 'x'), JSON.stringify({ result: [{ url, functions }] }));
    expect(await linesOf(['true'], 'lib.mjs', { 'lib.mjs': 'let a;\n'.repeat(100_000) })).toBe('tampered');
  });
});

describe('flags of lines that are not executed', () => {
  const flag = (changes: Partial<Flag> = {}): Flag => ({ code: 'clock', file: 'src/a.js', line: 3, text: '', why: '', ...changes });
  const seen = (lines: number[] | null, processes = { v8: 1, python: 0 }) => ({ executed: () => (lines === null ? null : new Set(lines)), processes });

  it('are marked, and those of executed lines are not', () => {
    expect(markIdle([flag(), flag({ line: 4 })], seen([4]), false).map(({ executed }) => executed)).toEqual([false, undefined]);
  });

  it('stay where the code acts without being executed by the benchmark, or nothing is known of its language', () => {
    const flags = [flag({ code: 'patched' }), flag({ code: 'background' }), flag({ file: 'src/a.cpp' }), flag({ line: 0 })];
    expect(filesToWatch(flags)).toEqual([]);
    expect(markIdle(flags, seen([]), false)).toEqual(flags);
  });

  it('stay where no process of that language said anything, or a build may have put the file into another', () => {
    expect(markIdle([flag()], seen([], { v8: 0, python: 1 }), false)).toEqual([flag()]);
    expect(markIdle([flag()], seen(null), true)).toEqual([flag()]);
    expect(markIdle([flag()], seen(null), false)).toEqual([{ ...flag(), executed: false }]);
  });

  it('of files that are too dense to be read are marked where the file is not loaded', () => {
    const dense = flag({ code: 'binary', line: 0 });
    expect(filesToWatch([dense, flag({ code: 'binary', line: 0, file: 'x.wasm' })])).toEqual(['src/a.js']);
    expect(markIdle([dense], seen(null), false)).toEqual([{ ...dense, executed: false }]);
    expect(markIdle([dense], seen([]), false)).toEqual([dense]);
    expect(markIdle([dense], seen(null), true)).toEqual([dense]);
  });
});
