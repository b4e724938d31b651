import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll } from 'vitest';
import { applyEdits } from '../../../src/core/candidates/apply-edits.js';
import { parseConfig } from '../../../src/core/config/parse.js';
import type { Knob, KnobSetting } from '../../../src/core/knobs/knob.js';
import { sha256 } from '../../../src/propose/hash.js';
import { findKnobs } from '../../../src/propose/knobs/find.js';
import type { KnobMachine } from '../../../src/propose/knobs/finder.js';
import { removeTree } from '../../../src/workspace/remove-tree.js';

const folders: string[] = [];

/** Call once a file: removes what its tests made. */
export function removeAfterwards(): void {
  afterAll(async () => {
    for (const folder of folders.splice(0)) await removeTree(folder);
  });
}

export interface Found {
  root: string;
  knobs: Knob[];
}

/** The knobs of a folder of these files, with a config of these lines. */
export async function found(files: Record<string, string>, config: string, machine: Partial<KnobMachine> = {}): Promise<Found> {
  const root = mkdtempSync(join(tmpdir(), 'perfloop-knobs-'));
  folders.push(root);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return again({ root }, config, machine);
}

/** The knobs of a folder as it is now. */
export async function again({ root }: { root: string }, config: string, machine: Partial<KnobMachine> = {}): Promise<Found> {
  const knobs = await findKnobs({ worktree: root, config: parseConfig(config, 'perfloop.toml'), machine: { cpus: 4, memory: 8e9, arch: 'x64', allocators: [], ...machine } });
  return { root, knobs };
}

export function knobOf({ knobs }: Found, id: string): Knob {
  const knob = knobs.find((one) => one.id === id);
  if (knob === undefined) throw new Error(`no knob ${id} among ${knobs.map((one) => one.id).join(', ')}`);
  return knob;
}

export function settingOf(of: Found, id: string, value: string): KnobSetting {
  const { settings } = knobOf(of, id);
  const setting = settings.find((one) => one.value === value);
  if (setting === undefined) throw new Error(`no setting ${value} of ${id} among ${settings.map((one) => one.value).join(', ')}`);
  return setting;
}

/** Turns a knob that is a patch, in the folder itself, and gives the new text of its file. */
export function turn(of: Found, id: string, value: string): string {
  const { place } = settingOf(of, id, value);
  if (place.kind !== 'patch') throw new Error(`${id} is no patch`);
  for (const file of new Set(place.edits.map((edit) => edit.file))) {
    const path = join(of.root, file);
    writeFileSync(path, applyEdits(readFileSync(path, 'utf8'), place.edits.filter((edit) => edit.file === file), sha256));
  }
  return readFileSync(join(of.root, knobOf(of, id).file), 'utf8');
}

/** What a command prints, in the folder. Throws where it fails. */
export function run({ root }: Found, command: string, env: Record<string, string> = {}): string {
  return execFileSync('/bin/sh', ['-c', command], { cwd: root, encoding: 'utf8', env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
}

/** For `test.skipIf`: whether programs are missing on this machine. */
export function missing(...programs: string[]): boolean {
  return programs.some((program) => spawnSync('/bin/sh', ['-c', `command -v ${program}`]).status !== 0);
}
