import type { Finding } from '../core/finding.js';
import type { RunStatus } from '../core/status.js';
import { artifactsOf } from '../store/artifacts-of.js';
import type { Home } from '../store/home.js';

/** The findings of all rounds, the latest word on each, the hottest first. Those that cannot be read here are left out. */
export async function foundIn(home: Home, status: RunStatus): Promise<Finding[]> {
  const artifacts = artifactsOf(home);
  const known = new Map<string, Finding>();
  for (const ref of status.evidence?.findings ?? []) {
    // Artifacts of another host, or cleaned away: the count in the status still says how many there were.
    const findings = await artifacts.getJson<Finding[]>(ref).catch(() => []);
    for (const finding of findings) known.set(finding.id, finding);
  }
  return [...known.values()].toSorted((one, other) => other.totalShare - one.totalShare);
}
