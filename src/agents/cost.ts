import type { AgentUsage } from '../core/agent/attempt.js';
import type { AgentConfig } from '../core/config/agents-schema.js';
import { costOf, priceOf } from '../models/prices.js';

/** With what the tokens cost by the price table, where the agent does not say it and the config names a model that is known. */
export function withCost(usage: AgentUsage, { model }: AgentConfig): AgentUsage {
  const price = model === undefined ? null : priceOf(model);
  const { inputTokens, cachedTokens, outputTokens, usd } = usage;
  if (usd !== null || price === null || (inputTokens === null && outputTokens === null)) return usage;
  const cached = Math.min(cachedTokens ?? 0, inputTokens ?? 0);
  return { ...usage, usd: costOf({ input: (inputTokens ?? 0) - cached, cached, written: 0, output: outputTokens ?? 0 }, price) };
}
