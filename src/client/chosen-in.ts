import type { ChoiceRecord } from '../core/choice/choice-record.js';
import type { RunStatus } from '../core/status.js';
import { artifactsOf } from '../store/artifacts-of.js';
import type { Home } from '../store/home.js';

/** How each round chose, in their order; null for one that cannot be read here. */
export async function chosenIn(home: Home, status: RunStatus): Promise<(ChoiceRecord | null)[]> {
  const artifacts = artifactsOf(home);
  return Promise.all((status.evidence?.choices ?? []).map((ref) => artifacts.getJson<ChoiceRecord>(ref).catch(() => null)));
}
