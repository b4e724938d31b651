import type OpenAI from 'openai';
import { PerfloopError } from '../../core/errors.js';
import type { ProviderSettings } from './provider.js';

/** Loaded when a model is asked, since most runs ask none. Its own retries are off: they know no budget. */
export async function openaiClient({ key, baseUrl }: Pick<ProviderSettings, 'key' | 'baseUrl'>): Promise<OpenAI> {
  const { default: Client } = await import('openai').catch((error: unknown) => {
    throw new PerfloopError('PL_MODEL_SDK', 'The client library of OpenAI is not installed.', { where: 'openai', fix: 'Install perfloop with its optional dependencies: npm install --include=optional', cause: error });
  });
  return new Client({ apiKey: key ?? 'none', baseURL: baseUrl ?? 'https://api.openai.com/v1', organization: null, project: null, maxRetries: 0, logLevel: 'off' });
}
