import type { Client } from '@temporalio/client';
import { setTimeout as sleep } from 'node:timers/promises';
import { PerfloopError } from '../../core/errors.js';
import { deploymentOf } from '../../worker/deployment.js';
import { whoActs, type CliContext } from '../context.js';
import { openSession } from '../session.js';

export interface Deployment {
  deployment: string;
  /** To which new runs go; null: to none of it. */
  current: string | null;
  /** Newest first. `open`: workflows, runs with their trials. */
  builds: { build: string; open: number }[];
}

export interface Drain {
  deployment: string;
  build: string;
  open: number;
}

/** https://grpc.github.io/grpc/core/md_doc_statuscodes.html */
const grpcCodes = { notFound: 5, failedPrecondition: 9, unimplemented: 12 } as const;

/** Throws PL_NO_DEPLOYMENT where no worker of it ever came. */
export async function deploymentList(context: CliContext, name?: string): Promise<Deployment> {
  return await withClient(context, async (client) => await described(client, nameOf(context, name)));
}

/** New runs begin on this build. Throws PL_NO_DEPLOYMENT, PL_NO_BUILD, and PL_DEPLOYMENT_REFUSED with what the server says. */
export async function setCurrentBuild(context: CliContext, build: string, name?: string): Promise<Deployment> {
  const deployment = nameOf(context, name);
  return await withClient(context, async (client) => {
    mustHave(await described(client, deployment), build);
    const { namespace } = client.options;
    await client.connection.workflowService.setWorkerDeploymentCurrentVersion({ namespace, deploymentName: deployment, buildId: build, identity: whoActs(context) }).catch((error: unknown) => {
      if (codeOf(error) !== grpcCodes.failedPrecondition) throw error;
      throw new PerfloopError('PL_DEPLOYMENT_REFUSED', `the server does not make ${build} current: ${detailsOf(error)}`, { where: deployment, fix: `Start its workers first: perfloop worker --deployment ${deployment} --build-id ${build}`, cause: error });
    });
    return await described(client, deployment);
  });
}

export interface DrainOptions {
  build: string;
  deployment?: string | undefined;
  wait: boolean;
  signal: AbortSignal;
  /** Gets how many are open, whenever that changes. */
  onOpen: (open: number) => void;
}

/** How many open workflows are on a build; with `wait`, until none is. Throws PL_BUILD_CURRENT for the one to which new runs go. */
export async function drainBuild(context: CliContext, { build, deployment: name, wait, signal, onOpen }: DrainOptions): Promise<Drain> {
  const deployment = nameOf(context, name);
  return await withClient(context, async (client) => {
    const { current } = mustHave(await described(client, deployment), build);
    if (current === build) throw new PerfloopError('PL_BUILD_CURRENT', `new runs go to ${build}, so it does not drain`, { where: deployment, fix: 'Make another build current first: `perfloop deployment set-current BUILD`.' });
    for (let said = -1; ; ) {
      const open = await openOn(client, deployment, build);
      if (open !== said && wait) onOpen(open);
      said = open;
      if (open === 0 || !wait || signal.aborted) return { deployment, build, open };
      await sleep(1000, undefined, { signal }).catch(() => undefined);
    }
  });
}

async function withClient<T>(context: CliContext, body: (client: Client) => Promise<T>): Promise<T> {
  const session = await openSession(context);
  try {
    return await body(session.client);
  } finally {
    await session.close();
  }
}

function nameOf({ env }: CliContext, name: string | undefined): string {
  return deploymentOf({ PERFLOOP_DEPLOYMENT: name || env['PERFLOOP_DEPLOYMENT'] || 'perfloop' }, '0')?.deployment ?? '';
}

async function described(client: Client, deployment: string): Promise<Deployment> {
  const { namespace } = client.options;
  const answer = await client.connection.workflowService.describeWorkerDeployment({ namespace, deploymentName: deployment }).catch((error: unknown) => {
    if (codeOf(error) === grpcCodes.notFound) throw new PerfloopError('PL_NO_DEPLOYMENT', `no worker of the deployment ${deployment} was ever there`, { where: `namespace ${namespace}`, fix: `Start one: perfloop worker --deployment ${deployment} --build-id BUILD`, cause: error });
    if (codeOf(error) === grpcCodes.unimplemented) throw new PerfloopError('PL_DEPLOYMENTS_UNSUPPORTED', 'this Temporal server has no worker deployments', { where: `namespace ${namespace}`, fix: 'Update it to 1.29 or later, or go on without --deployment: the workflows of perfloop replay what earlier releases began.', cause: error });
    throw error;
  });
  const info = answer.workerDeploymentInfo;
  const builds = (info?.versionSummaries ?? []).map((one) => ({ build: one.deploymentVersion?.buildId ?? '', since: Number(one.createTime?.seconds ?? 0) })).sort((a, b) => b.since - a.since);
  return {
    deployment,
    current: info?.routingConfig?.currentDeploymentVersion?.buildId || null,
    builds: await Promise.all(builds.map(async ({ build }) => ({ build, open: await openOn(client, deployment, build) }))),
  };
}

function mustHave(found: Deployment, build: string): Deployment {
  if (found.builds.some((one) => one.build === build)) return found;
  throw new PerfloopError('PL_NO_BUILD', `the deployment ${found.deployment} has no build ${build}`, { where: found.deployment, fix: `It has ${found.builds.map((one) => one.build).join(', ') || 'none'}. Start a worker of it first: perfloop worker --deployment ${found.deployment} --build-id ${build}` });
}

/** Both names are of letters that need no escape: see deploymentOf. */
async function openOn(client: Client, deployment: string, build: string): Promise<number> {
  const { count } = await client.workflow.count(`TemporalWorkerDeploymentVersion = '${deployment}:${build.replaceAll(/[^\w.+-]/g, '')}' AND ExecutionStatus = 'Running'`);
  return count;
}

function codeOf(error: unknown): number | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'number' ? error.code : null;
}

function detailsOf(error: unknown): string {
  return error instanceof Error && 'details' in error ? String(error.details) : String(error);
}
