import { writeFile } from 'node:fs/promises';
import type { Finding } from '../../core/finding.js';
import type { HostActivities } from '../../core/run/contracts.js';
import { countAttempts } from '../../core/targets/attempts.js';
import { chooseTargets } from '../../core/targets/choose.js';
import { protectionOf } from '../../workspace/protected-globs.js';
import { activity } from '../activity.js';
import type { Dependencies } from '../dependencies.js';
import { logPath, repositoryOf } from '../ground.js';
import { rulesOf } from '../guard-protected.js';

/** Chooses the functions to work on. */
export function selectTargetsActivity(deps: Dependencies): HostActivities['selectTargets'] {
  return activity(async (input) => {
    const { target, config, findings, earlier, tried, by, top, mostAttempts, ignore } = input;
    const read = (refs: typeof earlier): Promise<Finding[][]> => Promise.all(refs.map((ref) => deps.artifacts.getJson<Finding[]>(ref)));
    const known = (await read([...earlier, findings])).flat();
    // What no candidate may change is no target.
    const protectedBy = protectionOf(await rulesOf(await repositoryOf(deps, target), target, config));
    const chosen = chooseTargets(await deps.artifacts.getJson<Finding[]>(findings), countAttempts(tried, known), { by, top, mostAttempts, ignore, isProtected: (file) => protectedBy(file) !== undefined });
    await writeFile(await logPath(deps, input, 'targets.json'), `${JSON.stringify(chosen, null, 2)}\n`);
    return chosen;
  });
}
