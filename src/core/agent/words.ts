import type { AgentAttempt, AgentUsage } from './attempt.js';

export const outcomeText: Record<AgentAttempt['outcome'], string> = {
  passed: 'build and tests pass',
  edited: 'leaves a draft',
  'build-failed': 'does not build',
  'tests-failed': 'fails the tests',
  protected: 'touches what must not change',
  unchanged: 'proposed nothing',
  leaked: 'writes a key into files',
  'too-large': 'leaves files that are too large',
  nested: 'leaves a git repository in the checkout',
  failed: 'broke off',
};

/** `3 iterations, 24,310 tokens read (18,200 from a cache), 1,204 written, $0.0312`. */
export function effortText({ iterations, usage, writer }: Pick<AgentAttempt, 'iterations' | 'usage' | 'writer'>): string {
  const own = [iterations === 1 ? '1 iteration' : `${iterations} iterations`, ...usageParts(usage)].join(', ');
  return writer === undefined ? own : `${own}; task by ${[writer.agent, ...usageParts(writer.usage)].join(', ')}`;
}

function usageParts({ inputTokens, cachedTokens, outputTokens, usd, credits }: AgentUsage): string[] {
  const parts: string[] = [];
  if (inputTokens !== null) parts.push(`${count(inputTokens)} tokens read${cachedTokens === null || cachedTokens === 0 ? '' : ` (${count(cachedTokens)} from a cache)`}`);
  if (outputTokens !== null) parts.push(`${count(outputTokens)} written`);
  if (usd !== null) parts.push(`$${usd < 1 ? usd.toFixed(4) : usd.toFixed(2)}`);
  if (credits !== null) parts.push(`${credits} credits`);
  return parts;
}

function count(number: number): string {
  return String(number).replaceAll(/\B(?=(\d{3})+$)/g, ',');
}
