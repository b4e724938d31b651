import type { Style } from '../style.js';
import type { InitResult } from '../verbs/init.js';
import { clean, durationText, percentText, plural } from './numbers.js';

/** Without these two there is nothing to measure, or nothing to trust. */
const needed = new Set(['test', 'benchmark']);

export function printInit(result: InitResult, style: Style): string {
  const { commands, measured, problem } = result;
  const lines = [`${style('green', 'wrote')} ${result.file}`];
  if (result.languages.length > 0) lines.push(`  languages  ${result.languages.map(({ language, files }) => `${language} (${plural(files, 'file')})`).join(', ')}`);
  for (const [name, command] of Object.entries(commands)) lines.push(`  ${name.padEnd(9)}  ${command === null ? style(needed.has(name) ? 'yellow' : 'dim', 'none found') : clean(command)}`);
  if (result.metrics.length > 0) lines.push(`  metrics    ${result.metrics.map(clean).join(', ')}`);
  lines.push(...result.notes.map((text) => `  ${style('yellow', 'note')}       ${clean(text)}`));
  if (measured !== null) {
    const { plan, minGain, samples } = measured;
    lines.push(
      '',
      `  ${plural(samples, 'sample')} of ${durationText(plan.secondsPerSample * 1000)} vary by ${percentText(plan.spread)} (standard deviation): min_gain = ${minGain}`,
      `  a trial takes about ${plan.samplesPerTrial.expected} samples (${durationText(plan.expectedSeconds * 1000)}), at most ${plan.samplesPerTrial.most}; a true gain of ${percentText(plan.detectableGain)} is found 9 times in 10`,
    );
    if (plan.spread > 0.1) lines.push(`  ${style('yellow', 'noisy')}      end other work on this machine, or give the benchmark more to do, delete the file and run \`init\` again`);
  }
  if (problem !== null) {
    lines.push('', `  ${style('yellow', 'not measured')}: ${clean(problem.message)}`, ...problem.problems.map((text) => `    ${clean(text)}`));
    if (problem.fix !== undefined) lines.push(`    fix: ${clean(problem.fix)}`);
  }
  lines.push('', commands.benchmark === null ? 'next: name a benchmark in it, then `perfloop run`' : 'next: read it, commit it, then `perfloop run`');
  return lines.join('\n');
}
