import { z } from 'zod';
import { durationMs } from './duration.js';
import { isFreeName, notFree } from './reserved-names.js';
import { shortText } from './values.js';

export const providers = ['openai', 'openai-responses', 'anthropic'] as const;
export type ProviderKind = (typeof providers)[number];

const provider = z.enum(providers);
const modelName = shortText(200).min(1);

/** Words of its own for every mistake: the value may be the key itself, which must not be shown. */
const notAKey = 'must be `$NAME`, the environment variable that holds the key; a key itself must not stand in this file';
const apiKey = z.string({ error: notAKey }).refine((text) => /^\$[A-Za-z_][A-Za-z0-9_]*$/.test(text), notAKey).meta({ title: '`"$NAME"`' });

const baseUrl = z.string().max(2000).refine(isPlainUrl, 'must be an http or https URL without a user, a password or a query').meta({ title: 'URL' });
const temperature = z.number().min(0).max(2);
const maxTokens = z.int().min(256).max(1_000_000);
const dollars = z.number().min(0).max(100_000);

function isPlainUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password, search, hash } = new URL(text);
  return (protocol === 'http:' || protocol === 'https:') && `${username}${password}${search}${hash}` === '';
}

export const pricesTable = z.strictObject({
  input: dollars.describe('US dollars for a million tokens that the model reads. Required.'),
  output: dollars.describe('The same for tokens that it writes. Required.'),
  cached_input: dollars.optional().describe('The same for tokens that come from the provider\'s cache. Default: as `input`.'),
  cache_write: dollars.optional().describe('The same for tokens that go into the provider\'s cache. Default: as `input`.'),
});

export const modelSchema = z.strictObject({
  provider: provider.describe('Which API it speaks: `openai` is chat completions, which most servers speak, `openai-responses` OpenAI\'s responses, `anthropic` messages. Required.'),
  model: modelName.describe('The provider\'s name for it. Required.'),
  base_url: baseUrl.optional().describe('The address of the API, for a server or a gateway of yours. Default: the provider\'s.'),
  api_key: apiKey.optional().describe('The environment variable of perfloop\'s worker that holds the key, as `$NAME`. Required without `base_url`.'),
  temperature: temperature.optional().describe('Default: it is not sent, since several models refuse it.'),
  max_tokens: maxTokens.default(16_000).describe('Tokens of one answer, reasoning included.'),
  context: z.int().min(8000).max(10_000_000).default(128_000).describe('Tokens that a conversation may hold; old turns are summarised before that.'),
  timeout: durationMs.default(600_000).describe('One answer may take so long.'),
  prices: pricesTable.optional().meta({ title: 'table of `input`, `output`, `cached_input`, `cache_write`' }).describe('US dollars for a million tokens: `{ input = 2.0, output = 10.0 }`. Default: what perfloop\'s price table has.'),
});

const tableName = z.string().regex(/^[A-Za-z][\w.-]{0,59}$/, 'is no name for a model: a letter, then at most 59 letters, digits, _ . or -').refine(isFreeName, notFree);

export const modelsSchema = z.record(tableName, modelSchema).default({});

export const modelPhases = ['analyze', 'optimize', 'learn'] as const;
export type ModelPhase = (typeof modelPhases)[number];

export const phaseSchema = z.strictObject({
  model: modelName.refine(isFreeName, notFree).optional().describe('A name of [models.NAME]; with `provider`, also the provider\'s name for a model.'),
  provider: provider.optional().describe('In place of the model\'s.'),
  base_url: baseUrl.optional().describe('In place of the model\'s.'),
  api_key: apiKey.optional().describe('In place of the model\'s.'),
  temperature: temperature.optional().describe('In place of the model\'s.'),
  max_tokens: maxTokens.optional().describe('In place of the model\'s.'),
  turns: z.int().min(1).max(200).default(16).describe('Answers of the model in one conversation.'),
  tokens: z.int().min(1000).max(100_000_000).default(400_000).describe('Tokens of one conversation, all its turns together.'),
  timeout: durationMs.default(1_200_000).describe('One conversation may take so long.'),
  findings: z.int().min(1).max(100).default(5).describe('optimize: so many findings are talked about in a round, the first ones: each is a conversation. analyze: so many findings the model may add.'),
  candidates: z.int().min(1).max(20).default(2).describe('optimize: so many changes may be proposed for one finding.'),
  sandbox_runs: z.int().min(0).max(100).default(0).describe('optimize: so many times in a conversation the model may have a change built and tested, or measured in a few pairs, in a sandbox of its own before it proposes it. Nothing of that counts for the verdict. 0: it can run nothing.'),
  lessons: z.int().min(1).max(50).default(5).describe('learn: so many lessons the model may write for a round.'),
});

/** Keys that mean something in some phases alone. */
export const phasesOfKey: Readonly<Record<string, readonly ModelPhase[]>> = { findings: ['analyze', 'optimize'], candidates: ['optimize'], sandbox_runs: ['optimize'], lessons: ['learn'] };

export const phasesSchema = z.partialRecord(z.enum(modelPhases), phaseSchema).default({});

export const budgetSchema = z
  .strictObject({
    tokens: z.int().min(1000).max(1e12).default(10_000_000).describe('Tokens of all models and agents of a run together, read and written, as far as they say what they used.'),
    money: z.number().positive().max(1e9).optional().describe('US dollars of all models and agents of a run together. Needs a price of each model; an agent counts where it says what it costs. Default: no limit.'),
  })
  .prefault({});

export type ModelConfig = z.infer<typeof modelSchema>;
export type PhaseConfig = z.infer<typeof phaseSchema>;
