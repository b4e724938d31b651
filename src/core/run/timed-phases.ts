/** The phases that a run takes one after another, whose times are recorded under their names. Steps of a graph run side by side, and have times of their own. */
export const timedPhases = ['start', 'warmup', 'profile', 'analyze', 'optimize', 'execute', 'learn', 'command', 'ablation', 'approval', 'final', 'publish', 'finish'] as const;

export type TimedPhase = (typeof timedPhases)[number];
