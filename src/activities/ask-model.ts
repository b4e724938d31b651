import { join } from 'node:path';
import { modelFor, keyNames } from '../core/config/models.js';
import { PerfloopError } from '../core/errors.js';
import type { Finding } from '../core/finding.js';
import type { TalkRecord } from '../core/model-talk.js';
import type { HostActivities } from '../core/run/contracts.js';
import { openConversation } from '../models/conversation.js';
import { givenOf, profileLines } from '../models/optimize/context.js';
import { proposeBy } from '../models/optimize/propose.js';
import { redactorOf, type Redactor } from '../models/redact.js';
import { redactedError } from '../models/redacted-error.js';
import { registryTools } from '../models/registry-tools.js';
import { Replay } from '../models/traffic.js';
import { openStoreReader } from '../store/reader.js';
import { protectionOf } from '../workspace/protected-globs.js';
import { activity, type Attempt } from './activity.js';
import type { Dependencies } from './dependencies.js';
import { logPath, repositoryOf, worktreeOf } from './ground.js';
import { rulesOf } from './guard-protected.js';

type Input = Parameters<HostActivities['askModel']>[0];

/** Lessons of earlier runs that a prompt tells of. */
const mostLessons = 8;
const longestLesson = 400;
/** In a status, which travels through the history. */
const longestTitle = 120;
const longestNote = 400;
/** Of a model's context, what the first prompt may take. */
const promptPart = 0.2;

/** A conversation with a model about one finding. Each of its answers is paid for once, also when the worker dies. */
export function askModelActivity(deps: Dependencies): HostActivities['askModel'] {
  return activity(async (input, attempt) => {
    const redactor = redactorOf(deps.env, keyNames(input.config));
    try {
      return await talk(deps, input, attempt, redactor);
    } catch (error) {
      throw attempt.signal.aborted ? error : redactedError(error, redactor);
    }
  });
}

async function talk(deps: Dependencies, input: Input, attempt: Attempt, redactor: Redactor): ReturnType<HostActivities['askModel']> {
  const { config, target, findings: findingsRef, position, model, profile, attempts } = input;
  const { path } = await worktreeOf(deps, input.worktree);
  const protectedBy = protectionOf(await rulesOf(await repositoryOf(deps, target), target, config));
  const findings = (await deps.artifacts.getJson<Finding[]>(findingsRef)).filter(({ file }) => protectedBy(file) === undefined);
  const finding = findings[position];
  if (finding === undefined) return null;
  const choice = modelFor(config, model, 'optimize');
  if (choice === null) throw new PerfloopError('PL_MODEL_UNKNOWN', `There is no model ${model}.`, { where: 'propose.models', fix: `Add [models.${model}] to perfloop.toml.` });
  if (profile !== null) await deps.artifacts.verify(profile);
  const name = `${model.replaceAll(/[^\w.-]/g, '_')}-${finding.id}`;
  const replay = input.replay === undefined ? null : new Replay((await deps.artifacts.get(input.replay)).toString('utf8'), '--replay');
  const conversation = await openConversation({
    name: `${input.trial}/${name}`, choice, env: deps.env, artifacts: deps.artifacts, redactor, replay,
    tools: await registryTools({ targets: { repository: path, profile: profile === null ? undefined : deps.artifacts.pathOf(profile) }, gpu: /^C\d/.test(finding.category), home: deps.home }),
    files: { journal: await logPath(deps, input, `model-${name}.jsonl`), ledger: join(deps.home.logs, input.run, 'spending.jsonl') },
    limits: { tokens: config.budget.tokens, money: config.budget.money ?? null },
    signal: attempt.signal,
    onDoing: (text) => attempt.report({ doing: text }),
  });
  const given = await conversation.given(async () => givenOf({ finding, profile: profileLines(findings), attempts, lessons: lessonsOf(deps, finding) }, Math.floor(choice.context * promptPart)));
  const proposed = await proposeBy(conversation.dialog, conversation.results, { finding, given, ground: { worktree: path, protectedBy }, mostCandidates: choice.bounds.candidates, proposer: model });
  // Candidates are not looked at again for secrets: they are made of what the model was shown and of the source itself.
  const { candidates } = proposed;
  const verdict = redactor.json(proposed.verdict);
  const { transcript, traffic, spent } = await conversation.end();
  const record: TalkRecord = {
    v: 1, transcript, traffic,
    verdict: verdict === null ? null : await deps.artifacts.put('json', JSON.stringify(verdict)),
    candidates: candidates.length === 0 ? null : await deps.artifacts.put('candidates', JSON.stringify(candidates)),
  };
  const title = (finding.title ?? `${finding.function} (${finding.file}:${finding.line})`).slice(0, longestTitle);
  return {
    talk: { model, finding: finding.id, title, real: verdict?.real ?? null, proposed: candidates.length, record: await deps.artifacts.put('json', JSON.stringify(record)), spent, ...(proposed.note === null ? {} : { note: redactor.text(proposed.note).slice(0, longestNote) }) },
    candidates: record.candidates,
  };
}

/** What earlier runs taught about this code. */
function lessonsOf(deps: Dependencies, { function: named, file }: Finding): string[] {
  const words = `${named} ${file}`;
  const store = /[\p{L}\p{N}_]/u.test(words) ? openStoreReader(deps.home) : null;
  try {
    return (store?.searchWiki(words, mostLessons) ?? []).map(({ title, body }) => `${title}: ${body.slice(0, longestLesson)}`);
  } finally {
    store?.close();
  }
}
