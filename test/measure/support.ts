import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach } from 'vitest';
import { processStart } from '../../src/measure/processes.js';

const cleanUps: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

/** Run after the test, also when it fails; the last one first. */
export function atEnd(cleanUp: () => Promise<void> | void): void {
  cleanUps.push(cleanUp);
}

export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'perfloop-measure-'));
  atEnd(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Polls until the condition holds; the test's own timeout bounds it. */
export async function until<T>(condition: () => Promise<T | false | null | undefined> | T | false | null | undefined): Promise<T> {
  for (;;) {
    const value = await condition();
    if (value !== false && value !== null && value !== undefined) return value;
    await delay(10);
  }
}

/** The content of a file once it ends with a line break. */
export async function written(path: string): Promise<string> {
  return until(async () => {
    const text = await readFile(path, 'utf8').catch(() => '');
    return text.endsWith('\n') && text.trim();
  });
}

/** The process id that a command wrote. It is killed at the end of the test, should the code under test have failed to. */
export async function pidIn(path: string): Promise<number> {
  const pid = Number(await written(path));
  const start = await processStart(pid);
  atEnd(async () => {
    if (start !== null && (await processStart(pid)) === start) process.kill(pid, 'SIGKILL');
  });
  return pid;
}

export async function isAlive(pid: number): Promise<boolean> {
  return (await processStart(pid)) !== null;
}

/** A process of this project's code, TypeScript as it stands, killed at the end of the test. */
export function startScript(file: string, args: string[]): { child: ChildProcess; output: () => string; exited: Promise<number | null> } {
  const child = spawn(process.execPath, ['--import', 'tsx', resolve(import.meta.dirname, file), ...args], { stdio: ['ignore', 'pipe', 'pipe'], cwd: resolve(import.meta.dirname, '../..') });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
  }
  const exited = new Promise<number | null>((done) => void child.once('exit', done));
  atEnd(async () => {
    child.kill('SIGKILL');
    await exited;
  });
  return { child, output: () => text, exited };
}
