import { writeFile } from 'node:fs/promises';
import type { HostActivities } from '../../core/run/contracts.js';
import { collectContextInThread } from '../../scan/context/in-thread.js';
import { activity } from '../activity.js';
import type { Dependencies } from '../dependencies.js';
import { logPath, unlessGone, worktreeOf } from '../ground.js';

/** Collects source and callers of targets. */
export function collectContextActivity(deps: Dependencies): HostActivities['collectContext'] {
  return activity(async (input, { signal }) => {
    const { worktree, targets, callSites, snippetLines } = input;
    const { path } = await worktreeOf(deps, worktree);
    return unlessGone(deps, [worktree], async () => {
      const context = await collectContextInThread({ worktree: path, targets, callSites, snippetLines }, { signal });
      const text = JSON.stringify(context, null, 2);
      await writeFile(await logPath(deps, input, 'context.json'), `${text}\n`);
      return {
        context: await deps.artifacts.put('json', text),
        functions: context.filter(({ source }) => source !== null).length,
        callSites: context.reduce((sum, { callSites: sites }) => sum + sites.length, 0),
        lines: context.reduce((sum, { source }) => sum + (source === null ? 0 : source.to - source.from + 1), 0),
      };
    });
  });
}
