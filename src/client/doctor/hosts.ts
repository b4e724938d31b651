import type { Client } from '@temporalio/client';
import { didYouMean } from '../../core/did-you-mean.js';
import { tagsOf } from '../../core/hosts/host-record.js';
import { knownHosts, type KnownHost } from '../../worker/known-hosts.js';
import { PerfloopError } from '../../core/errors.js';
import { loadPlacedConfig } from '../load-config.js';
import type { Check } from './check.js';

/** The hosts that serve, whether one is of the kind that the config here asks for, and what is wrong with the others. */
export async function hostsCheck(client: Client, queuePrefix: string, cwd: string): Promise<Check> {
  const wanted = await tagOfConfig(cwd);
  try {
    return hostsChecked(await knownHosts(client, queuePrefix), wanted);
  } catch (error) {
    return { name: 'hosts', neededFor, status: 'warn', found: `the server does not tell: ${error instanceof Error ? error.message : String(error)}`, fix: 'Ask its administrator whether workflows of the namespace may be listed.' };
  }
}

const neededFor = 'runs: a host of the kind that `machine.tag` names';

/** `wanted`: the kind of machine that the config asks for; null: there is no config. */
export function hostsChecked(hosts: readonly KnownHost[], wanted: string | null): Check {
  const tags = tagsOf(hosts);
  const serving = hosts.filter(({ state }) => state === 'serving');
  const others = hosts.filter(({ state }) => state !== 'serving').map(({ hostname, state }) => `${hostname} is ${state}`);
  const check = { name: 'hosts', neededFor, found: [serving.length === 0 ? 'none serves' : `${serving.length} serving ${tags.join(', ')}`, ...others].join('; ') };
  if (wanted !== null && !tags.includes(wanted)) return { ...check, status: 'warn', found: `${check.found}; the config here asks for ${wanted}${didYouMean(wanted, tags)}`, fix: `Start one with \`perfloop worker --tag ${wanted}\`, or set \`machine.tag\` to one that is served.` };
  if (serving.length === 0) return { ...check, status: 'warn', fix: 'Start one with `perfloop worker`.' };
  if (others.length > 0) return { ...check, status: 'warn', fix: 'See `perfloop hosts`.' };
  return { ...check, status: 'ok', fix: null };
}

async function tagOfConfig(cwd: string): Promise<string | null> {
  try {
    return (await loadPlacedConfig({ cwd }, cwd, undefined))?.config.machine.tag ?? null;
  } catch (error) {
    // What is wrong with it, every other verb says.
    if (error instanceof PerfloopError) return null;
    throw error;
  }
}
