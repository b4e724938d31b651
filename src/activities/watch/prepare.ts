import { judgedCommit } from '../../core/candidate.js';
import type { Config } from '../../core/config/schema.js';
import type { JudgeInput } from '../../core/inputs.js';
import { exchangedNote } from '../../core/watch/answer.js';
import type { WatchActivities } from '../../core/watch/contracts.js';
import { configOfGain, configOfQuestion } from '../../core/watch/question.js';
import type { ArtifactStore } from '../../store/artifacts.js';
import { editableInPullRequests } from '../../workspace/protected-globs.js';
import { resolveCandidate, resolveTarget } from '../../workspace/snapshot.js';
import { activity } from '../activity.js';
import { hasSameFiles, openHistory } from './history.js';

/** What the `judge` workflow is started with. For whether the newer commit is slower, it is the base, and the older one has to be shown to be faster. */
export function prepareJudgementActivity(artifacts: ArtifactStore): WatchActivities['prepareJudgement'] {
  return activity(async ({ target: { name }, dir, run, older, newer, question, config, queuePrefix, who }) => {
    const history = await openHistory(dir);
    if (await hasSameFiles(history, older, newer)) return { kind: 'same' };
    const [revision, candidateRevision] = question === 'gain' ? [older, newer] : [newer, older];
    const asked = withEditable(question === 'gain' ? configOfGain(config) : configOfQuestion(config, question));
    // What is not committed is no part of a branch.
    const { target } = await resolveTarget({ dir, revision, name: config.target.name ?? name, worktree: true, artifacts });
    const candidate = await resolveCandidate({ dir, revision: candidateRevision, base: target.base, artifacts });
    const patch = await artifacts.put('json', JSON.stringify(judgedCommit(candidate, candidateRevision)));
    const input: JudgeInput = { v: 1, run, target, candidate, candidateRevision, patch, config: asked, queuePrefix, who, ...(question === 'gain' ? { warnings: [] } : { warnings: [exchangedNote(older, newer)], regression: { metric: question.metric } }) };
    return { kind: 'judge', input };
  });
}

/** Dependencies and build files are a part of what has changed; tests and benchmarks are those of the base on both sides. */
function withEditable(config: Config): Config {
  return { ...config, target: { ...config.target, editable: [...config.target.editable, ...editableInPullRequests] } };
}
