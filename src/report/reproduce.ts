import type { ReportData } from './data.js';
import { wasAccepted } from './facts.js';

export interface Command {
  /** What it is for. */
  what: string;
  command: string;
}

/**
 * The commands that bring the result over and measure it again, ready to be pasted into a POSIX shell. `place` is where the
 * repository is; where the run was started, unless readers have one of their own.
 */
export function reproduceCommands(data: ReportData, place?: string): Command[] {
  const { status, repository } = data;
  const { target, run, kind, trials } = status;
  const repo = shellWord(place ?? target.origin);
  const again = (candidate: string) => `perfloop judge --repo ${repo} --base ${shellWord(target.base)} --candidate ${shellWord(candidate)}${measureFlags(data)}`;
  if (kind === 'judge') {
    const [trial] = trials;
    if (trial === undefined) return [];
    const snapshot = trial.candidate.title === 'WORKTREE';
    return [{ what: snapshot ? 'Judge what is in the working tree now' : 'Judge it again', command: again(snapshot || place === undefined ? trial.candidate.title : trial.candidate.id) }];
  }
  if (status.champion === target.base || status.accepted === 0) return [{ what: 'Run it again', command: `perfloop run ${repo}` }];
  const branch = `perfloop/${run}`;
  const fetch = repository === null ? `perfloop apply ${run} --repo ${repo}` : `git -C ${repo} fetch ${shellWord(repository)} ${shellWord(`${branch}:${branch}`)}`;
  return [
    { what: 'Bring the result into the repository', command: fetch },
    { what: 'Measure all of it again', command: again(branch) },
    ...trials.filter(wasAccepted).length > 1 ? [{ what: 'See the commits, one an accepted candidate', command: `git -C ${repo} log --oneline ${shellWord(`${target.base}..${branch}`)}` }] : [],
  ];
}

/**
 * A judgement may have been given its benchmarks on the command line, which takes one metric of each; a run, and what needs
 * more than that, has its perfloop.toml.
 */
function measureFlags({ status, benchmark, metrics }: ReportData): string {
  if (status.kind === 'run' || benchmark === null || metrics === null) return '';
  const { benchmarks = [] } = status.evidence ?? {};
  const fromFlags = benchmarks.length === 0 ? metrics.length === 1 : metrics.every((metric) => metric.name === metric.benchmark && metric.weight === 1);
  const goals = new Set(metrics.flatMap((metric) => (metric.source === 'regex' ? [metric.goal] : [])));
  if (!fromFlags || goals.size > 1) return '';
  const measured = benchmarks.length === 0 ? [benchmark] : benchmarks.map(({ name, run }) => `${name}=${run}`);
  const printed = metrics.flatMap((metric) => (metric.source === 'regex' && metric.pattern !== null ? [`${metric.name}=${metric.pattern}`] : []));
  const [goal] = goals;
  return [...measured.map((text) => ` --benchmark ${shellWord(text)}`), ...printed.map((text) => ` --metric ${shellWord(text)}`), ...(goal === undefined ? [] : [` --goal ${goal}`])].join('');
}

/** A text as one word of a POSIX shell command; a leading dash cannot pass for an option. */
export function shellWord(text: string): string {
  if (/^[\w./:+@][\w./:+@-]*$/.test(text)) return text;
  return `'${(text.startsWith('-') ? `./${text}` : text).replaceAll("'", String.raw`'\''`)}'`;
}
