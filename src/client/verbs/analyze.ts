import { resolve } from 'node:path';
import type { Severity } from '../../core/finding.js';
import { cachedProfile } from '../../profile/cached.js';
import type { Analysis } from '../../profile/rules/analyze.js';
import type { Rule } from '../../profile/rules/rule.js';
import { rules } from '../../profile/rules/rules.js';
import { analyzeHere, analyzeInThread } from '../../profile/rules/in-thread.js';
import type { CliContext } from '../context.js';
import { importWatch } from '../import-watch.js';

export interface AnalyzeOptions {
  profile: string;
  /** The profiled program's sources; undefined: none. */
  repo?: string;
  /** In a thread of its own, for a process that has other work meanwhile: it loads the rules once more. */
  inThread?: boolean;
}

/** Asks all rules of a profile, and finds their places in the repository. */
export async function analyze(context: CliContext, { profile, repo, inThread = false }: AnalyzeOptions): Promise<{ analysis: Analysis; database: string }> {
  const database = await cachedProfile(context.home, resolve(context.cwd, profile), importWatch(context));
  return { analysis: await (inThread ? analyzeInThread : analyzeHere)({ database, file: profile, repo: repo === undefined ? null : resolve(context.cwd, repo) }), database };
}

export type RuleListed = Omit<Rule, 'find' | 'needs'> & { needs: string[] };

/** Every rule, for programs. */
export function ruleList(): RuleListed[] {
  return rules.map(({ find: _find, needs, ...rule }) => ({ ...rule, needs: Object.keys(needs) }));
}

const order: Severity[] = ['low', 'medium', 'high'];

/** Whether any finding of a rule is that severe or more. What a model claims nobody has proved. */
export function isSevere({ findings }: Analysis, least: Severity): boolean {
  return findings.some(({ severity, model }) => model === undefined && order.indexOf(severity) >= order.indexOf(least));
}
