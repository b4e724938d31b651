/** A trial of a run. */
export interface TrialOf {
  run: string;
  trial: string;
}

/** Where, and when, a patch was accepted for the first time; milliseconds since the epoch. */
export interface FirstAccepted extends TrialOf {
  at: number;
}

/** A patch that a run had accepted. One that came back from an earlier run is the same patch. */
export interface AcceptedPatch extends TrialOf {
  title: string;
  first: FirstAccepted;
  /** What somebody, or an alert, said of it last. Absent: nothing. */
  said?: RollbackRecord;
}

/** That a patch was rolled back, or given back. Of several of a patch the last one holds. */
export interface RollbackRecord extends TrialOf {
  /** The same however often it is written. */
  id: string;
  /** False: it is given back. */
  back: boolean;
  who: string;
  why: string;
  /** Id of the alert that did it. Null: a person. */
  alert: string | null;
  /** Milliseconds since the epoch. */
  at: number;
}

/** A trial whose patch is rolled back now, and who did that. */
export interface RolledBack {
  trial: string;
  who: string;
  why: string;
  alert: string | null;
  at: number;
}

/** What a person asks for: of a run what it accepted first, or the trials that are named. */
export interface RollbackRequest {
  v: 1;
  /** Of this request: the same for each try of it. */
  id: string;
  run: string;
  /** None: all that the run was the first to accept; to undo, all that is rolled back. */
  trials: string[];
  undo: boolean;
  who: string;
  why: string;
}

export interface RollbackResult {
  run: string;
  /** The patches that were rolled back, or given back, by the trials of the run. */
  patches: { trial: string; title: string }[];
}

/** The argument of the `rollback` workflow. */
export interface RollbackInput {
  v: 1;
  queuePrefix: string;
  request: RollbackRequest;
}

export interface RollbackActivities {
  /** What a person rolls back, or gives back; none where it is so already. */
  rollBack(input: RollbackRequest): Promise<RollbackResult>;
}

export function isBack({ said }: Pick<AcceptedPatch, 'said'>): boolean {
  return said?.back === true;
}
