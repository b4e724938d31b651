import type { Knob } from '../../core/knobs/knob.js';
import type { SourceTree } from '../../scan/source-tree.js';

/** A command of the config with everything that it runs as far as texts tell: npm scripts, shell scripts, Makefiles. */
export interface KnobCommand {
  role: 'setup' | 'build' | 'test' | 'benchmark';
  /** As the config has it. */
  run: string;
  /** Relative to the root. */
  cwd: string;
  env: Readonly<Record<string, string>>;
  /** The command itself first. */
  texts: readonly string[];
  /** Those of them that a shell reads: no Makefiles. */
  scripts: readonly string[];
}

/** What is on the machine that a knob would be turned on. */
export interface KnobMachine {
  /** CPUs that a process may use. */
  cpus: number;
  /** Bytes. */
  memory: number;
  /** As Node names it: `x64`, `arm64`. */
  arch: string;
  /** Absolute paths of libraries that can take the place of malloc. */
  allocators: readonly string[];
}

export interface KnobContext {
  tree: SourceTree;
  commands: readonly KnobCommand[];
  /** What trains a build on inputs that no benchmark measures; null where there is nothing of the kind. */
  training: { run: string; env: Record<string, string> } | null;
  machine: KnobMachine;
}

/** Finds the knobs of one kind in a repository. The same files, commands and machine give the same knobs in the same order. */
export type KnobFinder = (context: KnobContext) => Knob[];
