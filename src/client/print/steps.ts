import type { StepConfig } from '../../core/config/schema.js';
import type { Style } from '../style.js';
import { table } from './table.js';
import type { StepsResult } from '../verbs/steps.js';

const meaning: Record<StepConfig['type'], string> = {
  warmup: 'surveys the repository, checks that the base builds, passes and measures, and takes the noise; once a run',
  profile: 'profiles the best commit so far',
  analyze: 'finds the hottest functions of the repository, with evidence',
  optimize: 'proposes candidates for the findings and ranks them',
  execute: 'tries each candidate: apply, build, test, compare outputs, measure; accepts or drops it',
  learn: 'writes down what each trial taught',
  command: 'runs a command of yours in a worktree of the best commit',
  noop: 'does nothing; for measuring the engine',
};

export function printSteps({ from, steps }: StepsResult, style: Style): string {
  const head = from === 'config' ? 'the steps of a round, from perfloop.toml' : 'the steps of a round: the default plan, since there is no perfloop.toml here';
  return `${head}\n\n${table(
    steps,
    [
      { title: '#', cell: (step) => String(step.index), align: 'right' },
      { title: 'name', cell: (step) => step.name, colour: (step, text, style) => style(step.enabled ? 'bold' : 'dim', text) },
      { title: 'type', cell: (step) => (step.enabled ? step.type : `${step.type} (off)`) },
      { title: 'what it does', cell: (step) => step.command?.run ?? meaning[step.type] },
    ],
    style,
  )}`;
}
