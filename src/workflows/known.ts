import type { ArtifactRef } from '../core/artifact.js';
import { hubActivities } from './activities.js';
import type { Phases } from './phases.js';

/** What earlier trials of the target taught, as those that propose take it; nothing where nobody tried anything, or an earlier version tells it. */
export async function knownOf({ input }: Pick<Phases, 'input'>): Promise<{ known?: ArtifactRef }> {
  const known = await hubActivities(input.queuePrefix).priors.executeWithOptions({ summary: 'what earlier trials taught' }, [{ v: 1, target: input.target.id }]);
  return Array.isArray(known) ? {} : { known };
}
