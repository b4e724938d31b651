import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { chooseKind } from '../../src/profile/capture/choose.js';
import { programOf } from '../../src/profile/capture/command-words.js';
import type { Profiler, ProfilerName } from '../../src/profile/capture/profilers.js';
import { writeFiles } from './programs.js';
import { temporaryFolder } from './temporary-folder.js';

const all: ProfilerName[] = ['nsys', 'torch', 'perf', 'v8', 'pyspy', 'cprofile'];

const profilers = (there: readonly ProfilerName[]): Profiler[] => all.map((kind) => ({ kind, title: kind, found: there.includes(kind) ? '1.0' : null, hindrance: null, sees: '', install: '' }));

/** A folder with programs, of which those in `bin` are on PATH. */
function place(): { cwd: string; path: string } {
  const cwd = temporaryFolder();
  const bin = join(cwd, 'bin');
  mkdirSync(bin);
  const programs: Record<string, string> = { node: '\u007fELF', python3: '#!/usr/bin/env bash\nexec real-python\n', sh: '\u007fELF', make: '\u007fELF', native: '\u007fELF', cuda: '\u007fELF libcudart.so.12', tool: '#!/usr/bin/env node\n', 'py-tool': '#!/usr/bin/python3.11\nimport sys\n' };
  writeFiles(bin, programs);
  for (const name of Object.keys(programs)) chmodSync(join(bin, name), 0o755);
  writeFiles(cwd, { 'plain.py': 'import sys\n', 'train.py': 'import torch\n', 'main.py': 'from model import Net\n', 'model.py': 'from torch import nn\n', 'pkg/__main__.py': 'import torch.nn as nn\n', 'run.sh': 'set -e\nnode build.js && python3 plain.py\n', Makefile: 'bench:\n\t./native\n' });
  return { cwd, path: bin };
}

function chosen(command: string, { there = all, gpu = false }: { there?: readonly ProfilerName[]; gpu?: boolean } = {}): string {
  return chooseKind(programOf(command.split(' '), place()), profilers(there), gpu).kind;
}

describe('the profiler that a command is given', () => {
  it.each([
    ['node app.js', 'v8'],
    ['env DEBUG=1 node app.js', 'v8'],
    ['tool', 'v8'],
    ['python3 plain.py', 'pyspy'],
    ['py-tool', 'pyspy'],
    ['python3 train.py', 'torch'],
    ['python3 -u main.py', 'torch'],
    ['python3 -m pkg', 'torch'],
    ['torchrun --nproc-per-node 2 plain.py', 'torch'],
    ['native', 'perf'],
    ['./bin/native --fast', 'perf'],
    ['cuda', 'perf'],
    ['sh -c node', 'v8'],
    ['sh run.sh', 'hooks'],
    ['make bench', 'perf'],
  ])('%s: %s', (command, kind) => expect(chosen(command)).toBe(kind));

  it('is nsys where there is a GPU, for what uses it', () => {
    expect(chosen('python3 train.py', { gpu: true })).toBe('nsys');
    expect(chosen('cuda', { gpu: true })).toBe('nsys');
    expect(chosen('python3 plain.py', { gpu: true })).toBe('pyspy');
    expect(chosen('native', { gpu: true })).toBe('perf');
  });

  it('is what is there', () => {
    expect(chosen('python3 train.py', { gpu: true, there: ['torch', 'cprofile'] })).toBe('torch');
    expect(chosen('python3 train.py', { there: ['cprofile'] })).toBe('cprofile');
    expect(chosen('python3 plain.py', { there: ['cprofile'] })).toBe('cprofile');
    expect(chosen('native', { there: ['v8'] })).toBe('hooks');
  });

  it('comes with its reason', () => {
    expect(chooseKind(programOf(['python3', 'train.py'], place()), profilers(['torch']), true).why).toBe('python3 runs a program that imports torch, and nsys is not to be had here');
  });
});
