import type { RollbackInput, RollbackResult } from '../core/rollback/rollback.js';
import { hubActivities } from './activities.js';

/** Hands what a person rolls back, or gives back, to the hub, the only one that writes the knowledge base. */
export async function rollback({ queuePrefix, request }: RollbackInput): Promise<RollbackResult> {
  return hubActivities(queuePrefix).rollBack.executeWithOptions({ summary: `${request.undo ? 'give back' : 'roll back'} ${request.run}` }, [request]);
}
