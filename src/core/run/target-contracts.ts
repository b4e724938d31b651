import type { PastTrial } from '../agent/attempt.js';
import type { ArtifactRef } from '../artifact.js';
import type { CommandSpec, Config } from '../config/schema.js';
import type { Json } from '../json-value.js';
import type { Target } from '../target.js';
import type { Tried } from '../targets/attempts.js';
import type { ChosenTargets, TargetRules } from '../targets/choose.js';
import type { TargetFunction } from '../targets/target-function.js';
import type { Scope, WorktreeRef } from './contracts.js';

/** What a host does on the way from a printed profile to the prompt of an agent. */
export interface TargetActivities {
  /** Findings of what a command of an analyze step printed, and how many functions were left out. `ignore`: names besides those of the config. */
  printedFindings(input: Scope & { config: Config; worktree: WorktreeRef; command: CommandSpec; printed: ArtifactRef; ignore: string[]; survey: ArtifactRef | null }): Promise<{ findings: ArtifactRef; count: number; rows: number; ignored: number; outside: number; ambiguous: number; /** Some of the ambiguous ones. */ unclear: { function: string; files: string[] }[] }>;
  /** Chooses the functions to work on. `earlier`: findings of all rounds so far, JSON of Finding[] each. */
  selectTargets(input: Scope & Pick<TargetRules, 'by' | 'top' | 'mostAttempts'> & { target: Target; config: Config; findings: ArtifactRef; earlier: ArtifactRef[]; tried: Tried; ignore: string[] }): Promise<ChosenTargets>;
  /** Source and callers of targets, with limits for each: JSON of FunctionContext[]. */
  collectContext(input: Scope & { worktree: WorktreeRef; targets: TargetFunction[]; callSites: number; snippetLines: number }): Promise<{ context: ArtifactRef; functions: number; callSites: number; lines: number }>;
  /** The template of a prompt as the base has it, and the parts that it asks for. Throws PL_PROMPT_TEMPLATE. */
  promptTemplate(input: Scope & { target: Target; file: string }): Promise<{ template: ArtifactRef; parts: string[] }>;
  /** Writes the task of an agent. `template` null: the one that comes with perfloop. `state`: what the template asks for. */
  writePrompt(input: Scope & { config: Config; template: { file: string; text: ArtifactRef } | null; targets: TargetFunction[]; /** JSON of FunctionContext[]. */ context: ArtifactRef | null; history: PastTrial[]; state: Record<string, Json>; input?: Json }): Promise<{ prompt: ArtifactRef }>;
}
