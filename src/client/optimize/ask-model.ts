import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Candidate } from '../../core/candidate.js';
import { keyNames, modelFor } from '../../core/config/models.js';
import type { Config } from '../../core/config/schema.js';
import { PerfloopError } from '../../core/errors.js';
import type { Finding } from '../../core/finding.js';
import { openConversation } from '../../models/conversation.js';
import { givenOf, profileLines } from '../../models/optimize/context.js';
import { proposeBy } from '../../models/optimize/propose.js';
import { redactorOf } from '../../models/redact.js';
import { redactedError } from '../../models/redacted-error.js';
import { registryTools } from '../../models/registry-tools.js';
import { openArtifacts } from '../../store/artifacts.js';
import { note, type CliContext } from '../context.js';

/** Of a model's context, what the first prompt may take. */
const promptPart = 0.2;

export interface ModelQuestion {
  config: Config;
  root: string;
  finding: Finding;
  /** All of them, for the summary of the profile. */
  findings: readonly Finding[];
  /** Of [models.NAME]. */
  model: string;
  protectedBy: (path: string) => string | undefined;
}

/** Has a model judge a finding and propose changes of the files as they lie there. Its key is in no text that comes back. */
export async function askModel(context: CliContext, { config, root, finding, findings, model, protectedBy }: ModelQuestion): Promise<{ candidates: Candidate[]; reasons: string[]; real: boolean | null }> {
  const choice = modelFor(config, model, 'optimize');
  if (choice === null) throw new PerfloopError('PL_MODEL_UNKNOWN', `There is no model ${model}.`, { where: '--model', fix: `Add [models.${model}] to perfloop.toml; docs/models.md` });
  const redactor = redactorOf(process.env, keyNames(config));
  const folder = join(context.home.logs, `optimize-${randomBytes(6).toString('hex')}`);
  await mkdir(folder, { recursive: true });
  const cancelled = new AbortController();
  const cancel = (): void => cancelled.abort();
  process.once('SIGINT', cancel);
  try {
    const conversation = await openConversation({
      name: `optimize/${model}-${finding.id}`, choice, env: process.env, artifacts: openArtifacts(context.home.artifacts), redactor, replay: null,
      tools: await registryTools({ targets: { repository: root, profile: undefined }, gpu: /^C\d/.test(finding.category), home: context.home }),
      files: { journal: join(folder, 'model.jsonl'), ledger: join(folder, 'spending.jsonl') },
      limits: { tokens: config.budget.tokens, money: config.budget.money ?? null },
      signal: cancelled.signal,
      onDoing: (text) => note(context, `${model}: ${text}`),
    });
    const given = await conversation.given(() => Promise.resolve(givenOf({ finding, profile: profileLines(findings), attempts: [], lessons: [] }, Math.floor(choice.context * promptPart))));
    const { verdict, candidates, note: why } = await proposeBy(conversation.dialog, conversation.results, { finding, given, ground: { worktree: root, protectedBy }, mostCandidates: choice.bounds.candidates, proposer: model });
    await conversation.end();
    const said = verdict === null ? [] : [`${model}: ${verdict.real ? 'real' : 'not real'}: ${redactor.text(verdict.reasons.join(' '))}`];
    return { candidates, reasons: [...said, ...(why === null ? [] : [`${model}: ${redactor.text(why)}`])], real: verdict?.real ?? null };
  } catch (error) {
    throw redactedError(error, redactor);
  } finally {
    process.off('SIGINT', cancel);
  }
}
