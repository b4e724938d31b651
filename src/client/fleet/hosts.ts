import { queues } from '../../core/queues.js';
import type { Session } from '../session.js';

/** How many hosts serve each of these kinds of machine now. */
export async function hostsOf({ client, settings }: Session, tags: readonly string[]): Promise<Map<string, number>> {
  const { pollersOf, queueTypes } = await import('../../worker/engine/readiness.js');
  return new Map(await Promise.all(tags.map(async (tag) => {
    const pollers = await client.connection.withDeadline(Date.now() + 5000, () => pollersOf(client, queues.kind(settings.queuePrefix, tag), queueTypes.activity));
    return [tag, new Set(pollers.map(({ identity }) => identity)).size] as const;
  })));
}
