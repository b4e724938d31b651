import type { Json } from '../json-value.js';
import type { StepField } from './tree.js';

/** What an expression is asked of. `undefined`: there is none. */
export interface Scope {
  step: (name: string, field: StepField) => Json | undefined;
  /** Why a step has no such field, to be told: `step b is disabled, so it has no output`. */
  whyNot: (name: string, field: StepField) => string;
  state: (key: string) => Json | undefined;
  input: () => Json | undefined;
}
