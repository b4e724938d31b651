import { join } from 'node:path';
import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import { requireBenchmark } from '../../core/config/parse.js';
import type { Config } from '../../core/config/schema.js';
import { PerfloopError } from '../../core/errors.js';
import type { FleetActivities } from '../../core/fleet/fleet-run.js';
import type { FleetTarget } from '../../core/fleet/parse.js';
import { checkRunSize } from '../../core/run/run-size.js';
import type { ArtifactStore } from '../../store/artifacts.js';
import type { Home } from '../../store/home.js';
import { keepConfig } from '../../store/run-config.js';
import { openCheckout, type Checkout } from '../../workspace/checkout.js';
import { nearestAtRevision } from '../../workspace/read-at-revision.js';
import { resolveTarget } from '../../workspace/snapshot.js';
import { parseWithStepFiles, readBeside } from '../../workspace/step-files.js';
import { activity } from '../activity.js';
import { fetchBranch } from './fetch-branch.js';
import { recheckOf } from './recheck.js';

/** What a run of the target begins with: the head of its branch, and the config of that commit with what the fleet says. */
export function prepareRunActivity({ home, artifacts, client }: { home: Home; artifacts: ArtifactStore; client: Client }): FleetActivities['prepareRun'] {
  return activity(async ({ run, target, fleet, besides, queuePrefix, who }, { signal }) => {
    if (besides !== undefined && (await isRunning(client, besides))) return { underWay: besides };
    const { dir, revision } = await fetchBranch(join(home.root, 'fleet'), target.repository, target.branch, signal);
    const checkout = await openCheckout(dir);
    const config = withBudgets(await configOf(checkout, revision, target), target);
    requireBenchmark(config);
    const resolved = await resolveTarget({ dir, checkout, revision, name: config.target.name ?? target.name, artifacts });
    const { recheck, notes } = fleet === undefined ? { notes: [] } : await recheckOf({ home, artifacts }, { run, fleet, name: target.name, target: resolved.target });
    const prepared = { target: resolved.target, config, warnings: [...resolved.warnings, ...notes], ...(recheck === undefined ? {} : { recheck }) };
    checkRunSize({ v: 1, run, ...prepared, queuePrefix, who });
    await keepConfig(artifacts, run, config);
    return prepared;
  });
}

async function isRunning(client: Client, workflow: string): Promise<boolean> {
  try {
    return (await client.workflow.getHandle(workflow).describe()).status.name === 'RUNNING';
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}

/** Of a commit of its repository, with what the fleet says on top. Throws PL_NO_CONFIG. */
export async function configOf(dir: string | Checkout, revision: string, { name, repository, config, overrides }: FleetTarget): Promise<Config> {
  const path = config ?? 'perfloop.toml';
  const found = await nearestAtRevision(dir, revision, path);
  const shown = (file: string): string => `${name}:${file}`;
  if (found !== null) return (await parseWithStepFiles(found.text, shown(found.path), { config: found.path, shown }, readBeside(found), overrides)).config;
  if (config === null && Object.keys(overrides).length > 0) return (await parseWithStepFiles('', `${name}: overrides`, { config: path, shown }, async () => ({ problem: 'is no file of the commit' }), overrides)).config;
  throw new PerfloopError('PL_NO_CONFIG', `the commit has no ${path}`, { where: `${repository} ${revision}`, fix: 'Commit one, made with `perfloop init`, or give the target `overrides` with what is to be measured.' });
}

/** A fleet's budget is a bound: where the repository's own is less, that holds. */
export function withBudgets(config: Config, { maxWallMs, maxTrials, money, tag }: FleetTarget): Config {
  const { loop, budget, machine } = config;
  return {
    ...config,
    loop: { ...loop, max_wall: Math.min(loop.max_wall, maxWallMs ?? Infinity), max_trials: Math.min(loop.max_trials, maxTrials ?? Infinity) },
    budget: money === null ? budget : { ...budget, money: Math.min(budget.money ?? Infinity, money) },
    machine: tag === null ? machine : { ...machine, tag },
  };
}
