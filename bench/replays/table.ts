import type { Outcome } from './run.js';

/** Every verdict, and how often each rule was wrong: it accepted what is not faster, or did not accept what is. */
export function printReplays(outcomes: readonly Outcome[]): string {
  const rows = outcomes.map(({ replay, kind, verdict, ratio, ci95, pairs, samples, seconds, reasons }) => [
    replay, kind, verdict, ratio === null ? '' : ratio.toFixed(3), ci95 === null ? '' : `${ci95[0].toFixed(3)} .. ${ci95[1].toFixed(3)}`, String(pairs), String(samples), seconds.toFixed(0), reasons,
  ]);
  return `${table(['replay', 'kind', 'verdict', 'ratio', '95% interval', 'pairs', 'samples', 'seconds', 'reasons'], rows)}\n\n${table(['rule', 'false acceptances', 'false refusals', 'no answer', 'of the accepted, a person is asked'], summary(outcomes))}`;
}

/** A change that is faster, of which a person is asked because of what it does, was measured rightly: neither of the two. */
const isAsked = ({ verdict, reasons }: Outcome): boolean => verdict === 'quarantined' && reasons === 'risky';

function summary(outcomes: readonly Outcome[]): string[][] {
  const rules = ['perfloop', ...Object.keys(outcomes.find(({ rivals }) => Object.keys(rivals).length > 0)?.rivals ?? {})];
  const faster = outcomes.filter(({ kind }) => kind === 'faster');
  const others = outcomes.filter(({ kind }) => kind !== 'faster');
  return rules.map((rule) => {
    const own = rule === 'perfloop';
    const says = (outcome: Outcome): boolean | null => (own ? outcome.verdict === 'accepted' || isAsked(outcome) : (outcome.rivals[rule] ?? null));
    const asked = own ? outcomes.filter(isAsked).length : 0;
    return [rule, `${others.filter((outcome) => says(outcome) === true).length} of ${others.length}`, `${faster.filter((outcome) => says(outcome) === false).length} of ${faster.length}`, String(outcomes.filter((outcome) => says(outcome) === null).length), own ? String(asked) : ''];
  });
}

function table(titles: readonly string[], rows: readonly string[][]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(titles), line(titles.map(() => '---')), ...rows.map(line)].join('\n');
}
