import type { Json } from '../core/json-value.js';
import type { SettingProblem } from '../core/step-module.js';

/** What the program in harness/own-steps.cjs is to do with a user's module. */
export interface ModulePlan {
  /** Marks what the program itself says. */
  secret: string;
  /** Below the root. */
  module: string;
  /** Absolute; null: where the program runs. */
  root: string | null;
  /** The types whose functions are looked at, each with the settings of its steps. */
  types: { type: string; settings: Json[] }[];
  call: { type: string; settings: Json; context: CallContext } | null;
}

/** What a function learns besides its settings, with the paths that only its process knows. */
export interface CallContext {
  input: Json;
  run: string;
  round: number;
  step: { name: string; count: number; attempt: number };
  commit: string;
}

/** What the program says. `line`: of the module. */
export type ModuleAnswer =
  | { kind: 'unloadable'; text: string; line: number | null }
  | { kind: 'described'; types: { type: string; problem: string | null; refused: SettingProblem[][] }[] }
  | { kind: 'refused'; problems: SettingProblem[] }
  | { kind: 'threw'; code: string | null; text: string }
  | { kind: 'unfit'; text: string }
  | { kind: 'done'; output: Json; writes: [string, Json][] };
