import { resolve } from 'node:path';
import { defaultConfig } from '../core/config/parse.js';
import { askAboutProfile } from '../models/analyze/ask.js';
import { withModel } from '../models/analyze/analyze.js';
import type { Analysis } from '../profile/rules/analyze.js';
import { chosenModel, withModels } from './asking/asking.js';
import type { CliContext } from './context.js';
import { loadConfig, nearestConfig } from './load-config.js';

export interface ModelAnalysisRequest {
  analysis: Analysis;
  database: string;
  /** The profiled program's sources; undefined: none. */
  repo: string | undefined;
  /** A config in place of the perfloop.toml of the sources, or of the working directory. */
  config: string | undefined;
  /** Of [models.NAME]. */
  provider: string;
}

/** Has a model of the config judge what the rules found in a profile, and look for more. */
export async function analyzeByModel(context: CliContext, { analysis, database, repo, config: file, provider }: ModelAnalysisRequest): Promise<Analysis> {
  const sources = repo === undefined ? null : resolve(context.cwd, repo);
  const dir = sources ?? context.cwd;
  const config = file === undefined && (await nearestConfig(dir)) === null ? defaultConfig() : await loadConfig(context, dir, file);
  const choice = chosenModel(config, provider, 'analyze', '--provider');
  return withModels(context, { config, verb: 'analyze' }, async (asking) => {
    const { said, conversation } = await askAboutProfile((tools) => asking.converse(choice, provider, tools), { choice, analysis, database, repo: sources, home: context.home });
    const { spent } = await conversation.end();
    const both = withModel(analysis, asking.redactor.json(said));
    return { ...both, models: (both.models ?? []).map((one) => ({ ...one, spent })) };
  });
}
