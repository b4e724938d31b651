import { seededRandom } from '../stats/random.js';
import type { FleetTarget } from './parse.js';
import { repositoryAddress } from './repository.js';

/** Bytes that a server takes. */
const longestKey = 64;

/**
 * What the server orders its queues by: first the priority, 1 before 5; then shares, one a repository. Children and activities
 * inherit it. A server counts each task against the share of its key by the weight of that task: a repository whose targets
 * have several weights gets what those of its tasks that wait are worth, so that nothing has to be added up here.
 */
export function priorityOf({ repository, priority, weight }: Pick<FleetTarget, 'repository' | 'priority' | 'weight'>): { priorityKey: number; fairnessKey: string; fairnessWeight: number } {
  return { priorityKey: priority, fairnessKey: fairnessKeyOf(repository), fairnessWeight: weight };
}

/** In ASCII. Of a long address its end, which says most, behind a number made of all of it. */
function fairnessKeyOf(repository: string): string {
  const address = repositoryAddress(repository).replaceAll(/[^!-~]/gu, (character) => `%${(character.codePointAt(0) ?? 0).toString(16)}`);
  if (address.length <= longestKey) return address;
  const head = `${Math.floor(seededRandom(address)() * 2 ** 32).toString(36)}~`;
  return head + address.slice(head.length - longestKey);
}
