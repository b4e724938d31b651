/** Once that a run was in a phase. */
export interface Spell {
  phase: string;
  /** Workflow time, ms. */
  began: number;
  ended: number;
}

/** What a run found of earlier ones in its warm-up. Absent: it did not look. */
export interface Reused {
  /** The result of the set-up command. */
  setup?: boolean;
  /** The build of the base. */
  build?: boolean;
  /** The noise of the benchmark on its host. */
  noise?: boolean;
}
