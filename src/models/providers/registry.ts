import type { ProviderKind } from '../../core/config/models-schema.js';
import { anthropic } from './anthropic.js';
import { openaiChat } from './openai-chat.js';
import { openaiResponses } from './openai-responses.js';
import type { Provider, ProviderSettings } from './provider.js';

const makers: Record<ProviderKind, (settings: ProviderSettings) => Provider> = { openai: openaiChat, 'openai-responses': openaiResponses, anthropic };

export function providerOf(kind: ProviderKind, settings: ProviderSettings): Provider {
  return makers[kind](settings);
}
