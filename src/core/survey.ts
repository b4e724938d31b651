import type { Language } from './candidate.js';

/** What the warm-up learned of a repository. Stored, and read by later phases. */
export interface Survey {
  /** Files by language, largest first. */
  languages: { language: Language; files: number; lines: number }[];
  /** Programs that a person or the benchmark starts: package bins, scripts, main modules. */
  entries: { name: string; command: string; file: string | null }[];
  /** Files that the benchmark reaches by following imports, with the number of importers: where heat can be. */
  reached: { file: string; importers: number }[];
  /** Imports from outside of the repository, most used first. */
  dependencies: { name: string; files: number }[];
  /** Configuration files that matter for building, testing and running. */
  configurations: string[];
  /** One run of the benchmark on the base. */
  benchmark: { wallMs: number; metrics: Record<string, number> };
  tests: { ran: boolean; wallMs: number };
}
