import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, realpath, rm } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { isSandboxed } from '../activities/sandbox.js';
import type { PlacedConfig } from '../core/config/parse.js';
import type { Problem } from '../core/config/problems.js';
import type { Config, StepConfig } from '../core/config/schema.js';
import { PerfloopError } from '../core/errors.js';
import type { Json } from '../core/json-value.js';
import { settingText } from '../core/step-module.js';
import { commandEnvironment } from '../measure/command-environment.js';
import type { CommandResult } from '../measure/command.js';
import { runCommand } from '../measure/run-command.js';
import { seenWorktrees, type Sandbox } from '../measure/sandbox/sandbox.js';
import { secretsOf } from '../measure/sandbox/secrets.js';
import { askModule } from '../step-modules/ask.js';
import type { ModuleAnswer } from '../step-modules/plan.js';
import type { Checkout } from '../workspace/checkout.js';
import { comparedWithRevision } from '../workspace/read-at-revision.js';

/** Loading a module does nothing but define functions. */
const longestLoadMs = 20_000;

/**
 * Throws PL_CONFIG_INVALID where a module of [step_types] does not load, lacks a function, or refuses the settings of a
 * step. Modules are loaded by processes of their own, in a sandbox without network where there is one.
 */
export async function checkOwnSteps({ config, refuse }: PlacedConfig, root: string, env: NodeJS.ProcessEnv): Promise<void> {
  const steps = ownSteps(config.steps, config, ['steps']);
  const problems: Problem[] = [];
  for (const module of new Set(Object.values(config.step_types).map((own) => own.module))) problems.push(...(await problemsOf(module, steps, config, root, env)));
  if (problems.length > 0) throw refuse(problems);
}

/** Throws PL_STEP_MODULE where the base, from which a run takes them, has other modules than the working tree. */
export async function requireModulesOfBase(checkout: Checkout, { step_types: types, target: { base } }: Config): Promise<void> {
  const problems: string[] = [];
  for (const module of new Set(Object.values(types).map((own) => own.module))) {
    const how = await comparedWithRevision(checkout, base, module);
    if (how === 'absent') problems.push(`${module} is no file of ${base}`);
    else if (how === 'differs') problems.push(`${module} is not what it is in ${base}`);
  }
  if (problems.length > 0) throw new PerfloopError('PL_STEP_MODULE', 'a run takes the modules of its steps from the base, which has others', { where: `[step_types], ${base}`, problems, fix: 'Commit them, or check out those of the base.' });
}

interface OwnStep {
  type: string;
  settings: Json;
  path: readonly PropertyKey[];
}

function ownSteps(steps: readonly StepConfig[], config: Config, path: readonly PropertyKey[]): OwnStep[] {
  return steps.flatMap(({ type, with: settings = {}, steps: members = [] }, index): OwnStep[] => {
    const here = [...path, index];
    return [...(config.step_types[type] === undefined ? [] : [{ type, settings: settings as Json, path: [...here, 'with'] }]), ...ownSteps(members, config, [...here, 'steps'])];
  });
}

async function problemsOf(module: string, all: readonly OwnStep[], config: Config, root: string, env: NodeJS.ProcessEnv): Promise<Problem[]> {
  const types = Object.entries(config.step_types).filter(([, own]) => own.module === module).map(([type]) => type);
  const byType = new Map(types.map((type) => [type, all.filter((step) => step.type === type)]));
  const { answer, result } = await askModule({ module, root, types: types.map((type) => ({ type, settings: (byType.get(type) ?? []).map(({ settings }) => settings) })), call: null }, (program) => inOwnProcess(program, { config, root, env }));
  const [first = ''] = types;
  const about = (type: string, text: string): Problem => ({ path: ['step_types', type, 'module'], text });
  if (answer === null) return [about(first, `${module} cannot be loaded: ${result.timedOut ? `it does not end within ${longestLoadMs / 1000} s` : `its process ended with ${result.signal ?? result.exitCode}: ${result.stderr.trim().split('\n').at(-1) ?? ''}`}`)];
  if (answer.kind === 'unloadable') return [about(first, `${module}${answer.line === null ? '' : `:${answer.line}`} ${answer.text}`)];
  return answer.kind === 'described' ? answer.types.flatMap((one) => ofType(one, byType.get(one.type) ?? [], about(one.type, `${module} ${one.problem}`))) : [about(first, `${module} does not end as it should: ${'text' in answer ? answer.text : answer.kind}`)];
}

type Described = Extract<ModuleAnswer, { kind: 'described' }>['types'][number];

function ofType({ problem, refused }: Described, steps: readonly OwnStep[], unusable: Problem): Problem[] {
  if (problem !== null) return [unusable];
  return steps.flatMap(({ path, settings }, index) => (refused[index] ?? []).filter((one) => !isFilledIn(settings, one.path)).map((one) => ({ path: [...path, ...one.path], text: settingText(one) })));
}

/** What an expression becomes is known when its step runs, and looked at then. */
function isFilledIn(settings: Json, path: readonly (string | number)[]): boolean {
  let value: unknown = settings;
  for (const part of path) value = typeof value === 'object' && value !== null ? (value as Record<string | number, unknown>)[part] : undefined;
  return typeof value === 'string' && value.includes('{{');
}

async function inOwnProcess({ command, stdin }: { command: string; stdin: string }, { config, root, env }: { config: Config; root: string; env: NodeJS.ProcessEnv }): Promise<CommandResult> {
  const folder = await mkdtemp(join(tmpdir(), 'perfloop-module-'));
  try {
    const cwd = join(folder, 'work');
    await mkdir(cwd);
    const sandbox = (await isSandboxed(config)) ? await sandboxIn(folder, cwd, root, env) : undefined;
    return await runCommand({ command, stdin, cwd, env: commandEnvironment({ secretsFrom: env }), timeoutMs: longestLoadMs, ...(sandbox === undefined ? {} : { sandbox }) });
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** The checkout can be read, and nothing but a new folder written. */
async function sandboxIn(folder: string, cwd: string, root: string, env: NodeJS.ProcessEnv): Promise<Sandbox> {
  const home = join(folder, 'home');
  await mkdir(home);
  const secrets = await Promise.all(secretsOf(env['HOME'] ?? homedir(), { installing: false }).map((path) => realpath(path).catch(() => null)));
  return { worktree: { path: cwd, at: join(seenWorktrees, randomBytes(8).toString('hex')) }, git: null, home, trusted: false, network: false, hidden: secrets.filter((path) => path !== null), readable: [root], writable: [] };
}
