import type { Outcome } from './run.js';

/** Every verdict, and how often each rule was wrong: it accepted what is not faster, or did not accept what is. */
export function printReplays(outcomes: readonly Outcome[]): string {
  const rows = outcomes.map(({ replay, kind, verdict, ratio, ci95, pairs, samples, seconds, reasons }) => [
    replay, kind, verdict, ratio === null ? '' : ratio.toFixed(3), ci95 === null ? '' : `${ci95[0].toFixed(3)} .. ${ci95[1].toFixed(3)}`, String(pairs), String(samples), seconds.toFixed(0), reasons,
  ]);
  return `${table(['replay', 'kind', 'verdict', 'ratio', '95% interval', 'pairs', 'samples', 'seconds', 'reasons'], rows)}\n\n${table(['rule', 'false acceptances', 'false refusals', 'no answer'], summary(outcomes))}`;
}

function summary(outcomes: readonly Outcome[]): string[][] {
  const rules = ['perfloop', ...Object.keys(outcomes.find(({ rivals }) => Object.keys(rivals).length > 0)?.rivals ?? {})];
  const faster = outcomes.filter(({ kind }) => kind === 'faster');
  const others = outcomes.filter(({ kind }) => kind !== 'faster');
  return rules.map((rule) => {
    const says = (outcome: Outcome): boolean | null => (rule === 'perfloop' ? outcome.verdict === 'accepted' : (outcome.rivals[rule] ?? null));
    return [rule, `${others.filter((outcome) => says(outcome) === true).length} of ${others.length}`, `${faster.filter((outcome) => says(outcome) === false).length} of ${faster.length}`, String(outcomes.filter((outcome) => says(outcome) === null).length)];
  });
}

function table(titles: readonly string[], rows: readonly string[][]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(titles), line(titles.map(() => '---')), ...rows.map(line)].join('\n');
}
