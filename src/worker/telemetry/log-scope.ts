import type { ActivityInterceptorsFactory } from '@temporalio/worker';

/** Lines that the SDK logs of an activity say whose work it is, also where a step of a run does it. */
export const scopedLog: ActivityInterceptorsFactory = () => {
  let scope: Record<string, string> = {};
  return {
    inbound: {
      execute(input, next) {
        scope = scopeOf(input.args[0]);
        return next(input);
      },
    },
    outbound: { getLogAttributes: (input, next) => next({ ...input, ...scope }) },
  };
};

/** Of the input of an activity: `trial` names a trial, or the step or phase whose work it is. */
export function scopeOf(input: unknown): Record<string, string> {
  if (typeof input !== 'object' || input === null) return {};
  const { run, trial } = input as Record<string, unknown>;
  return { ...(typeof run === 'string' ? { run } : {}), ...(typeof trial === 'string' ? { [/^r\d+-\d+c?$/.test(trial) ? 'trial' : 'step']: trial } : {}) };
}
