import type { Client } from '@temporalio/client';
import { existsSync } from 'node:fs';
import { PerfloopError } from '../../core/errors.js';
import type { Home } from '../../store/home.js';
import { connectClient, plainSettings, resolveConnection, type ConnectionRequest, type ConnectionSettings } from '../../worker/connection.js';
import { existingBinary } from '../../worker/engine/binary-places.js';
import { probeBinary } from '../../worker/engine/binary-version.js';
import { engineStatus } from '../../worker/engine/engine.js';
import { supervisorScript, workerScript } from '../../worker/engine/package-paths.js';
import { missingSearchAttributes } from '../../worker/engine/search-attributes.js';
import { hostsCheck } from './hosts.js';
import { atLeast, firstLineOf, type Check } from './check.js';

/** The server that runs would use, and what it needs to be one. Starts nothing. */
export async function serverChecks(home: Home, request: ConnectionRequest, cwd: string): Promise<Check[]> {
  const resolved = settingsOrCheck(request);
  if ('status' in resolved) return [resolved];
  if (!resolved.local) return await reachableChecks(resolved, 'Temporal server', false, cwd);
  const build = buildCheck();
  const binary = await binaryCheck(home, request.env);
  const status = await engineStatus(home);
  if (!status.running) return [build, binary, { name: 'local engine', status: 'ok', found: 'not running; the next command that needs it starts it', neededFor: 'runs', fix: null }];
  const there = await reachableChecks(plainSettings(status, resolved.queuePrefix, resolved.codec), `local engine (${status.phase}, pid ${status.pid})`, true, cwd);
  return [build, binary, ...there];
}

function settingsOrCheck(request: ConnectionRequest): ReturnType<typeof resolveConnection> | Check {
  try {
    return resolveConnection(request);
  } catch (error) {
    if (!(error instanceof PerfloopError)) throw error;
    return { name: 'Temporal settings', status: 'fail', found: `${error.message} (${error.where ?? ''})`, neededFor: 'reaching the server', fix: error.fix ?? null };
  }
}

function buildCheck(): Check {
  const missing = [supervisorScript, workerScript].filter((file) => !existsSync(file));
  const good = missing.length === 0;
  return { name: 'perfloop is built', status: good ? 'ok' : 'fail', found: good ? 'yes' : `${missing.join(', ')} not there`, neededFor: 'the engine', fix: good ? null : 'Run `npm run build` in the checkout.' };
}

async function binaryCheck(home: Home, env: NodeJS.ProcessEnv): Promise<Check> {
  const check = { name: 'Temporal binary', neededFor: 'the local engine; not when TEMPORAL_ADDRESS names a server' };
  try {
    const found = await existingBinary({ home, env });
    if ('source' in found) {
      const probe = await probeBinary(found.path);
      if (!probe.ok) return { ...check, status: 'fail', found: probe.reason, fix: `Delete ${found.path}; perfloop gets another.` };
      return { ...check, status: 'ok', found: `${found.path} (server ${probe.server})`, fix: null };
    }
    const go = await firstLineOf('go', ['version']);
    const how = go === null ? 'it will be downloaded on first use, which needs the network' : `it will be downloaded, or built with ${go} in about 4 minutes`;
    return { ...check, status: 'warn', found: `none yet; ${how}`, fix: 'Run `perfloop up` once, or install the Temporal CLI.' };
  } catch (error) {
    if (!(error instanceof PerfloopError)) throw error;
    return { ...check, status: 'fail', found: error.message, fix: error.fix ?? null };
  }
}

async function reachableChecks(settings: ConnectionSettings, name: string, isOurs: boolean, cwd: string): Promise<Check[]> {
  const check = { name, neededFor: 'runs' };
  let client: Client;
  try {
    client = await connectClient(settings, { patienceMs: 2000 });
  } catch (error) {
    if (!(error instanceof PerfloopError)) throw error;
    return [{ ...check, status: 'fail', found: `${error.message} (${error.where ?? settings.address})`, fix: error.fix ?? null }];
  }
  try {
    return [{ ...check, status: 'ok', found: `${settings.address}, namespace ${settings.namespace}`, fix: null }, await attributesCheck(client), await hostsCheck(client, settings.queuePrefix, cwd), await priorityCheck(client, isOurs)];
  } finally {
    await client.connection.close();
  }
}

async function priorityCheck(client: Client, isOurs: boolean): Promise<Check> {
  const { serverVersion } = await client.connection.workflowService.getSystemInfo({});
  return priorityCheckOf(serverVersion ?? '', isOurs);
}

/** The two switches of a server's dynamic configuration. Off is its default up to 1.29, and no answer of the server says how they stand. */
const switches = 'matching.useNewMatcher and matching.enableFairness';
const seeSwitches = `See that ${switches} are true in its dynamic configuration (deploy/temporal/dynamic-config.yaml has both); where they are, there is nothing to mend.`;

/** By the server's version: it does not tell how it is set. `isOurs`: the local engine, which is set to have both. */
export function priorityCheckOf(version: string, isOurs: boolean): Check {
  const check = { name: 'priorities', neededFor: '`priority` and `weight` of the targets of a fleet' };
  if (isOurs) return { ...check, status: 'ok', found: `server ${version}, by priority and weight`, fix: null };
  if (version === '') return { ...check, status: 'warn', found: 'the server tells neither its version nor whether its task queues are fair', fix: `They can be from server 1.29 on. ${seeSwitches}` };
  if (!atLeast(version, '1.28')) return { ...check, status: 'warn', found: `server ${version} knows neither: targets are served in the order in which they come`, fix: 'Upgrade the server to 1.29 or newer. A sweep starts its runs by priority all the same.' };
  if (!atLeast(version, '1.29')) return { ...check, status: 'warn', found: `server ${version} knows priorities where matching.useNewMatcher is set, and no weights`, fix: 'Upgrade the server to 1.29 or newer.' };
  return { ...check, status: 'warn', found: `server ${version} knows both, and does not tell whether ${switches} are set: without them targets are served in the order in which they come`, fix: seeSwitches };
}

async function attributesCheck(client: Client): Promise<Check> {
  const check = { name: 'search attributes', neededFor: 'finding runs in the Temporal UI; a run refuses to start without' };
  try {
    const lacking = await missingSearchAttributes(client);
    if (lacking.length === 0) return { ...check, status: 'ok', found: 'all registered', fix: null };
    const words = lacking.map(({ name, type, problem }) => `${name} ${problem === 'absent' ? 'is absent' : `is not ${type}`}`);
    return { ...check, status: 'warn', found: words.join(', '), fix: 'Start a worker with `perfloop worker`: it registers them where the server lets it.' };
  } catch (error) {
    return { ...check, status: 'warn', found: `the server does not tell: ${error instanceof Error ? error.message : String(error)}`, fix: 'Ask its administrator which search attributes the namespace has.' };
  }
}
