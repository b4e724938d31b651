import type { Category } from '../rules/categories.js';
import type { SimulatedProgram } from './simulated.js';

/** A program, a profile of it, and what makes it slow. */
export interface AnalysisCase {
  name: string;
  /** The repository, by path. */
  program: Readonly<Record<string, string>>;
  /** How its profile comes about: run by a real profiler, or simulated as an export of nsys. */
  profile: { command: string; kind: 'v8' | 'cprofile' } | { simulate: (program: SimulatedProgram) => void };
  /** What slows it down, by a text that stands on its line; null: nothing. */
  truth: Truth | null;
}

export interface Truth {
  category: Category;
  file: string;
  function: string;
  /** Of the line, without its indentation. For host code the function's first line. */
  on: string;
}
