/** Names and arguments of the messages that a run understands; workflows and clients share them. */

export interface Decide {
  v: 1;
  /** Makes the message idempotent: a second one with the same id is ignored. */
  decisionId: string;
  /** Trial id (`r1-3`) or candidate id. For the whole branch: `final`. For what a step asks: its name, or that of the question. */
  candidate: string;
  approve: boolean;
  who: string;
  comment: string;
}

export interface SetBudget {
  v: 1;
  maxTrials?: number;
  maxWallMs?: number;
  rounds?: number;
  who?: string;
  comment?: string;
}

/** Who steers, and why. Who steers by the Temporal UI or CLI may leave it out. */
export interface Steer {
  v: 1;
  who: string;
  comment?: string;
}

/** Of a sweep of a fleet: no more runs are started. */
export interface StopSweep extends Steer {
  /** Those that are open are cancelled, too. */
  cancelRuns: boolean;
}

export const messageNames = { decide: 'decide', setBudget: 'setBudget', pause: 'pause', resume: 'resume', stop: 'stop', cancelling: 'cancelling', status: 'status', progress: 'progress' } as const;

/** Names of search attributes, registered at start-up. */
export const searchAttributes = {
  target: 'PerfloopTarget',
  phase: 'PerfloopPhase',
  status: 'PerfloopStatus',
  gpu: 'PerfloopGpu',
  round: 'PerfloopRound',
  speedup: 'PerfloopSpeedup',
} as const;
