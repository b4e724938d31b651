import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { shellWord } from '../../core/shell-word.js';
import { commandEnvironment } from '../../measure/command-environment.js';
import { runCommand } from '../../measure/run-command.js';

/** What came of running the original and the patched program side by side. */
export type Behaviour = { kind: 'same' } | { kind: 'differs'; how: string } | { kind: 'not run'; why: string };

/** A Python that has torch, or why there is none. */
export type Python = { command: string; torch: string } | { missing: string };

/** Longest for one program with all its patches; each takes a second or two. */
const timeoutMs = 300_000;

/** The first of these commands that can import torch. */
export async function pythonWithTorch(commands: readonly string[], { signal }: { signal?: AbortSignal } = {}): Promise<Python> {
  const asked: string[] = [];
  for (const command of commands) {
    const { ok, stdout, stderr } = await runCommand({ command: `${command} -c 'import torch; print(torch.__version__)'`, cwd: process.cwd(), env: commandEnvironment(), timeoutMs: 60_000, signal });
    if (ok) return { command, torch: stdout.trim() };
    asked.push(`${command}: ${stderr.trim().split('\n').at(-1) ?? ''}`);
  }
  return { missing: asked.join('; ') };
}

const results = z.array(z.union([z.object({ same: z.literal(true) }), z.object({ same: z.literal(false), how: z.string() })]));

export interface BehaviourRequest {
  python: Python;
  /** Absolute path of bench/recipes/harness.py. */
  harness: string;
  check: string;
  program: ReadonlyMap<string, string>;
  /** The files that each patch changes. */
  patches: readonly ReadonlyMap<string, string>[];
  /** An empty folder. */
  folder: string;
  signal?: AbortSignal;
}

/** Runs a program and its patches with equal seeds, and compares what `observe()` of the check returns. One result a patch, in their order. */
export async function compareBehaviour({ python, harness, check, program, patches, folder, signal }: BehaviourRequest): Promise<Behaviour[]> {
  const notRun = (why: string): Behaviour[] => patches.map(() => ({ kind: 'not run', why }));
  if ('missing' in python) return notRun(`no torch (${python.missing})`);
  if (patches.length === 0) return [];
  const folders = await Promise.all([new Map(), ...patches].map((files, index) => writeProgram(join(folder, String(index)), new Map([...program, ...files]))));
  const command = [python.command, ...[harness, check, ...folders].map(shellWord)].join(' ');
  const { ok, stdout, stderr, timedOut } = await runCommand({ command, cwd: folder, env: commandEnvironment(), timeoutMs, signal });
  signal?.throwIfAborted();
  if (!ok) return notRun(timedOut ? `took longer than ${timeoutMs / 1000} s` : stderr.trim().split('\n').at(-1) || 'the check failed without a word');
  const lines = results.parse(JSON.parse(stdout.trim().split('\n').at(-1) ?? ''));
  return lines.map((line) => (line.same ? { kind: 'same' } : { kind: 'differs', how: line.how }));
}

/** Writes the files below the folder, and returns it. */
export async function writeProgram(folder: string, files: ReadonlyMap<string, string>): Promise<string> {
  for (const [path, text] of files) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  return folder;
}
