/** Languages that set-up, build, test and benchmark commands can be guessed for. */
export type DetectedLanguage = 'javascript' | 'typescript' | 'python' | 'rust' | 'go' | 'c++';

/** A command that the repository seems to be made for, and why perfloop thinks so. */
export interface FoundCommand {
  run: string;
  env: Record<string, string>;
  /** The file, and what in it, that speaks for the command. */
  evidence: string;
  /** What a person should check before trusting it. */
  caution?: string;
}

export interface FoundTest extends FoundCommand {
  /** The file that the command was made to write, with the name of every test. */
  results?: { format: 'vitest' | 'jest' | 'junit'; file: string };
}

export interface FoundBenchmark extends FoundCommand {
  /**
   * `wall`: it seems to do a fixed amount of work, so its wall time says how fast the code is. `printed`: it runs for a
   * fixed time, whatever the speed, and only the numbers that it prints say anything.
   */
  measures: 'wall' | 'printed';
}

/** A number that the benchmark seems to print. */
export interface LikelyMetric {
  name: string;
  /** RE2, one group. */
  pattern: string;
  unit: string;
  goal: 'min' | 'max';
  evidence: string;
  /** The form of the line is fixed by the tool, and it is printed once: safe to use without looking. */
  certain: boolean;
}

/** What one language's tools make of the repository. */
export interface Project {
  language: DetectedLanguage;
  /** Tracked source files of the language. */
  files: number;
  /** The file that declares the project, such as `package.json`; null when there are only sources. */
  manifest: string | null;
  packageManager: { name: string; evidence: string } | null;
  setup: FoundCommand | null;
  build: FoundCommand | null;
  test: FoundTest | null;
  benchmark: FoundBenchmark | null;
  metrics: LikelyMetric[];
  /** What could not be decided, in whole sentences. */
  notes: string[];
}

export interface Detected {
  /** The name of the folder. */
  name: string;
  /** Most files first. */
  languages: { language: DetectedLanguage; files: number }[];
  /** The project to make faster: the largest that has a benchmark, else the largest. Null for an unknown kind of repository. */
  main: Project | null;
  others: Project[];
}
