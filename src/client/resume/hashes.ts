import { createHash } from 'node:crypto';
import type { Config } from '../../core/config/schema.js';
import type { StepConfig } from '../../core/config/steps-schema.js';
import { writtenSteps } from '../../core/pipeline/plan.js';

/** Types of steps whose work follows from the step itself and the ground that it stands on. */
const onOwn: ReadonlySet<string> = new Set(['command', 'publish', 'noop']);

/**
 * A hash of the settings of each step and group by name. A command's are its own, the base, the build and the sandbox; those
 * of every other type are the whole config without [[steps]], [loop] and [approval]. Whether a step is enabled is none of them.
 */
export function stepHashes(config: Config): Map<string, string> {
  const ground = { target: config.target, build: config.commands.build, sandbox: config.sandbox };
  const { steps: _steps, loop: _loop, approval: _approval, ...rest } = config;
  const whole = Object.entries(rest).toSorted(([one], [other]) => (one < other ? -1 : 1));
  const hashes = new Map<string, string>();
  const within = (steps: readonly StepConfig[]): void => {
    for (const { enabled: _enabled, steps: members = [], ...own } of steps) {
      hashes.set(own.name ?? own.type, hashOf([own, onOwn.has(own.type) ? ground : whole]));
      within(members);
    }
  };
  within(writtenSteps(config.steps));
  return hashes;
}

/** Of what trials are measured by: their verdicts do not go together with those of another config. */
export function measuredHash({ metrics, verdict, benchmarks, commands, check, service }: Config): string {
  return hashOf([metrics, verdict, benchmarks, commands.benchmark, commands.test, commands.check, check, service]);
}

export function hashOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex');
}
