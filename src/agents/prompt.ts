import { benchmarksOf } from '../core/config/benchmarks.js';
import type { Config } from '../core/config/schema.js';
import type { AgentFailure, PastTrial } from '../core/agent/attempt.js';
import type { Finding } from '../core/finding.js';
import { oneLine } from '../core/one-line.js';
import { versionsOf } from '../models/prompts.js';
import { fenced, fillTemplate } from './templates.js';

/** Findings with their code; the hottest come first, and more than this an agent does not look at. */
const mostFindings = 8;
const mostSnippetLines = 60;
const mostCallSites = 8;
/** An agent reads the files itself, so what it is given need not be complete. */
const mostDiffCharacters = 30_000;
const logLines = 120;
const mostLogCharacters = 20_000;

const left = 'Your edit is still in the checkout. Correct it; or, if the idea does not work, take it back and carry out another one.';
const leftOut = 'That edit is no longer in the checkout, which is as it was before it. Make the change without what was wrong with it, or carry out another idea.';

/** A failure, with the texts that its artifacts hold. */
export interface ToldFailure {
  what: string;
  log: string;
  diff: string;
  /** The edit is no longer in the checkout. */
  dropped: boolean;
}

/** What a prompt is made of. */
export interface Ground {
  config: Config;
  /** The hottest first. */
  findings: readonly Finding[];
  /** The latest last. */
  history: readonly PastTrial[];
  /** What models wrote down of earlier trials. */
  lessons: readonly string[];
  /** Which attempt of how many side by side. */
  attempt: { number: number; of: number };
}

/** The prompt of an iteration. `task`: as an orchestrator wrote it; null: the one that comes with perfloop. `failure`: of the last iteration. */
export async function agentPrompt(ground: Ground, task: string | null, failure: ToldFailure | null): Promise<string> {
  const own = task === null ? fillTemplate('agent-task', {}) : `## Your task\n\n${task}`;
  return fillTemplate('agent', {
    ...(sections(ground)),
    task: [own.trim(), task === null ? ofSeveral(ground.attempt) : ''].join('\n\n').trim(),
    protected: protectedText(ground.config),
    failure: failure === null ? '' : fillTemplate('agent-failure', { what: failure.what, left: failure.dropped ? leftOut : left, log: fenced(lastLines(failure.log) || '(nothing was printed)'), diff: failure.diff === '' ? 'Nothing.' : fenced(cut(failure.diff, mostDiffCharacters), 'diff') }),
  });
}

/** Versions of the prompts that `agentPrompt` uses for this. */
export function agentPromptVersions(task: string | null, failure: AgentFailure | null): Record<string, number> {
  return versionsOf(['agent', ...(task === null ? ['agent-task' as const] : []), ...(failure === null ? [] : ['agent-failure' as const])]);
}

/** The prompt of what writes the task of an agent. */
export async function orchestratorPrompt(ground: Ground): Promise<string> {
  return fillTemplate('orchestrator', { ...sections(ground), attempt: ofSeveral(ground.attempt) });
}

/** The end of a log, as an agent is shown it. */
export function lastLines(log: string): string {
  return log.trimEnd().split('\n').slice(-logLines).join('\n').slice(-mostLogCharacters);
}

function sections({ config, findings, history, lessons }: Ground): Record<'commands' | 'findings' | 'history', string> {
  return { commands: commandsText(config), findings: findings.slice(0, mostFindings).map(findingText).join('\n\n') || 'No profile is known. Look at what the benchmark runs.', history: [historyText(history), ...(lessons.length === 0 ? [] : [`Lessons of earlier trials:\n${lessons.map((lesson) => `- ${oneLine(lesson)}`).join('\n')}`])].join('\n\n') };
}

/** Attempts side by side that all take the best idea would be one attempt. */
function ofSeveral({ number, of }: Ground['attempt']): string {
  return of === 1 ? '' : `This is attempt ${number} of ${of} that are made side by side, each without seeing the others. So that they differ, take ${number === 1 ? 'the idea that you find best' : `not the first idea that comes to mind, but the one that you rank number ${number}`}.`;
}

/** What the config protects besides, to go on a list with. */
export function protectedText({ target: { protected: named } }: Config): string {
  return named.length === 0 ? '' : `, and ${named.map((glob) => `\`${glob}\``).join(', ')}`;
}

export function commandsText(config: Config): string {
  const { commands, benchmarks, target } = config;
  const rows = [['install', target.setup], ['build', commands.build], ['test', commands.test], ['output that must stay the same', commands.check]] as const;
  const named = rows.flatMap(([what, command]) => (command === undefined ? [] : [line(what, command)]));
  const measured = benchmarksOf(config).map(({ name, command }) => line(benchmarks.length > 1 ? `benchmark ${name}` : 'benchmark', command));
  return [...named, ...measured].join('\n');
}

function line(what: string, { run, cwd }: { run: string; cwd: string }): string {
  return `- ${what}: \`${run}\`${cwd === '.' ? '' : ` in \`${cwd}\``}`;
}

function findingText(finding: Finding): string {
  const { file, line, function: name, selfShare, totalShare, hotLines, snippet, callSites, evidence, title, language } = finding;
  const hot = hotLines.slice(0, 5).map((hotLine) => `line ${hotLine.line}: ${percent(hotLine.share)}`).join(', ');
  return [
    `### ${oneLine(title ?? name)} (${file}:${line})`,
    `${percent(selfShare)} of the time in it, ${percent(totalShare)} with what it calls.${hot === '' ? '' : ` Hot lines: ${hot}.`}`,
    evidence.slice(0, 4).map(({ text }) => `- ${oneLine(text)}`).join('\n'),
    snippet === '' ? '' : fenced(snippet.split('\n').slice(0, mostSnippetLines).join('\n'), language === 'other' ? '' : language),
    callSites.length === 0 ? '' : `Called from:\n${callSites.slice(0, mostCallSites).map((site) => `- ${site.file}:${site.line}: \`${site.text}\``).join('\n')}`,
  ].filter((part) => part !== '').join('\n\n');
}

export function historyText(history: readonly PastTrial[]): string {
  if (history.length === 0) return 'Nothing yet.';
  return history.map(({ title, file, verdict, ratio, why }) => oneLine(`- ${verdict ?? 'undecided'}: ${title}${file === '' ? '' : ` (${file})`}${ratio === null ? '' : `, measured ${ratio.toFixed(3)}x`}. ${why}`)).join('\n');
}

function cut(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most)}\n… (${text.length - most} more characters)`;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)}%`;
}

/** What an agent is told of a failure, with the texts that its artifacts hold. */
export async function toldFailure(failure: AgentFailure, read: (ref: NonNullable<AgentFailure['log']>) => Promise<string>): Promise<ToldFailure> {
  const { log, tail } = failure;
  return { what: failure.what, log: tail ?? (log === null ? '(no command ran)' : await read(log)), diff: failure.diff === null ? '' : await read(failure.diff), dropped: failure.dropped === true };
}
