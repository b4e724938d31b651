import type { Client } from '@temporalio/client';
import { msToNumber, msToTs, optionalTsToMs } from '@temporalio/common/lib/time.js';
import type { Home } from '../../store/home.js';
import type { ChildCommand } from './child.js';
import { databaseFile } from './binary-version.js';
import { engineLog } from './logs.js';
import type { Ports } from './ports.js';
import { ensureSearchAttributes } from './search-attributes.js';

/** The one that a development server always has. */
export const localNamespace = 'default';

const host = '127.0.0.1';

export const addressOf = (ports: Ports): string => `${host}:${ports.server}`;
export const uiUrlOf = (ports: Ports): string => `http://${host}:${ports.ui}`;

/**
 * The stock development server takes 100 ms for a sequential activity, because its one shard reads its queues 20 times a
 * second. With these it takes about 14.
 */
const dynamicConfig = [
  'history.transferProcessorMaxPollRPS=1000',
  'history.timerProcessorMaxPollRPS=1000',
  'system.enableActivityEagerExecution=true',
  'matching.useNewMatcher=true',
  // Only at the database's creation: an existing one keeps what it was made with, so this never changes.
  'matching.enableFairness=true',
  'matching.numTaskqueueReadPartitions=1',
  'matching.numTaskqueueWritePartitions=1',
];

const pragmas = ['journal_mode=wal', 'synchronous=normal'];

export function serverArguments(home: Home, ports: Ports): string[] {
  const fixed = ['server', 'start-dev', '--ip', host, '--log-level', 'warn', '--disable-config-file', '--disable-config-env'];
  const own = ['--port', String(ports.server), '--ui-port', String(ports.ui), '--db-filename', databaseFile(home)];
  return [...fixed, ...own, ...pragmas.flatMap((pragma) => ['--sqlite-pragma', pragma]), ...dynamicConfig.flatMap((value) => ['--dynamic-config-value', value])];
}

export function serverCommand(home: Home, binary: string, ports: Ports): ChildCommand {
  return { file: binary, args: serverArguments(home, ports), env: process.env, cwd: home.temporal, log: engineLog(home, 'server'), channel: false };
}

const retention = '30 days';

/** What a namespace needs before a run may start in it: search attributes, and histories kept for 30 days. */
export async function prepareNamespace(client: Client): Promise<void> {
  await ensureSearchAttributes(client);
  const { workflowService } = client.connection;
  const namespace = client.options.namespace;
  const { config } = await workflowService.describeNamespace({ namespace });
  if ((optionalTsToMs(config?.workflowExecutionRetentionTtl) ?? 0) >= msToNumber(retention)) return;
  await workflowService.updateNamespace({ namespace, config: { workflowExecutionRetentionTtl: msToTs(retention) } });
}
