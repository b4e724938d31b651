import type { HostActivities } from '../../core/run/contracts.js';
import { gitResult } from '../../workspace/git.js';
import { activity } from '../activity.js';
import type { Dependencies } from '../dependencies.js';

/** Lines; the sum is the last one. */
const mostLines = 30;

/** What a patch changes, file by file, as git draws it. A patch that git cannot read is no reason not to ask. */
export function diffStatActivity(deps: Dependencies): HostActivities['diffStat'] {
  return activity(async ({ diff }) => {
    const { exitCode, stdout } = await gitResult(['apply', '--stat', '-'], { cwd: deps.home.root, input: await deps.artifacts.get(diff) });
    const lines = exitCode === 0 ? stdout.toString('utf8').trimEnd().split('\n') : [];
    return { stat: (lines.length <= mostLines ? lines : [...lines.slice(0, mostLines - 2), ` and ${lines.length - mostLines + 1} more`, ...lines.slice(-1)]).join('\n') };
  });
}
