import { realpath } from 'node:fs/promises';
import type { ModelChoice } from '../../core/config/models.js';
import type { Analysis } from '../../profile/rules/analyze.js';
import { Repository } from '../../profile/rules/place/repository.js';
import { openProfile } from '../../profile/tools/open.js';
import type { Home } from '../../store/home.js';
import type { Conversation } from '../conversation.js';
import type { DialogTool } from '../dialog.js';
import { profileTools, registryTools } from '../registry-tools.js';
import { analyzeBy, type ModelAnalysis } from './analyze.js';
import { hotShares } from './claims.js';
import { analysisGiven } from './context.js';

/** Of a model's context, what the first prompt may take. */
const promptPart = 0.2;

export interface AskedProfile {
  choice: ModelChoice;
  /** What the rules say of it. */
  analysis: Analysis;
  /** What the profile was imported to. */
  database: string;
  /** Absolute; null: no sources are given. */
  repo: string | null;
  home: Home;
}

/** Talks with a model about a whole profile. `open` begins the conversation, with the tools that it is to have; the caller ends it. */
export async function askAboutProfile(open: (tools: DialogTool[]) => Promise<Conversation>, { choice, analysis, database, repo, home }: AskedProfile): Promise<{ said: ModelAnalysis; conversation: Conversation }> {
  const root = repo === null ? null : await realpath(repo);
  const about = [...(analysis.profile.device_ms === null ? [] : ['GPU' as const]), ...(analysis.profile.busy_ms === null ? [] : ['host' as const])];
  const tools = await registryTools({ targets: { profile: database, ...(root === null ? {} : { repository: root }) }, about, home });
  const conversation = await open(tools);
  const given = await conversation.given(async () => analysisGiven(analysis, Math.floor(choice.context * promptPart)));
  const repository = root === null ? null : await Repository.open(root);
  const db = openProfile(database);
  try {
    const { results } = conversation;
    const ground = { model: choice.name, profile: analysis.profile, file: analysis.profile.file, repository, db, results, ofProfile: await profileTools(), hot: hotShares(db, repository) };
    return { said: await analyzeBy(conversation.dialog, { given, ground, findings: analysis.findings, most: choice.bounds.findings }), conversation };
  } finally {
    db.close();
  }
}
