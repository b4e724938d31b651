import { readName } from '../artifact-ref.js';
import type { ArtifactStore } from '../artifacts.js';

/** Before the id of a host whose worker is a hub: its knowledge base refers to artifacts of the store. */
export const hubNames = 'hub/';

/** Tells everybody who uses the store that this host's knowledge base refers to what is in it. */
export async function registerHub(artifacts: ArtifactStore, host: string, root: string): Promise<void> {
  await artifacts.remember(`${hubNames}${host}`, await artifacts.put('json', JSON.stringify({ hub: host, home: root })));
}

/** The ids of hosts that did, with the files that say so. */
export async function registeredHubs(artifacts: ArtifactStore): Promise<Map<string, () => Promise<boolean>>> {
  const shelf = artifacts.shelf();
  const hubs = new Map<string, () => Promise<boolean>>();
  for await (const file of shelf.list('names/')) {
    const { name } = readName((await shelf.read(file.key))?.toString('utf8') ?? '') ?? { name: '' };
    if (name.startsWith(hubNames)) hubs.set(name.slice(hubNames.length), () => shelf.remove(file));
  }
  return hubs;
}
