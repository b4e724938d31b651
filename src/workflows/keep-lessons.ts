import type { KeepLessonsInput } from '../core/inputs.js';
import { hubActivities } from './activities.js';

/** Hands lessons that a client made to the hub, the only one that writes the knowledge base. */
export async function keepLessons({ queuePrefix, lessons }: KeepLessonsInput): Promise<void> {
  await hubActivities(queuePrefix).recordLessons.executeWithOptions({ summary: 'lessons' }, [{ v: 1, lessons }]);
}
