import { join } from 'node:path';
import type { AgentUsage } from '../core/agent/attempt.js';
import type { AgentWork } from '../core/run/contracts.js';
import { Ledger } from '../models/ledger.js';
import type { Dependencies } from './dependencies.js';

/**
 * Runs an agent where the budget of its run holds one more, and counts what it says that it used. Nobody knows before what that will be: as
 * much is set aside as the agent used at most so far, so that several at once stay within. Throws PL_BUDGET_SPENT.
 */
export async function withinBudget<T>({ home }: Dependencies, { run, agent, config }: AgentWork, work: () => Promise<T>, usageOf: (done: T) => AgentUsage): Promise<T> {
  const ledger = await Ledger.of(join(home.logs, run, 'spending.jsonl'));
  const name = `agent ${agent}`;
  const most = ledger.mostOf(name);
  // Configs of earlier versions have no budget. One token, so that a budget that is used to the last one holds no more.
  const limits = { tokens: config.budget?.tokens ?? null, money: config.budget?.money ?? null };
  const reserved = await ledger.begin(name, { tokens: Math.max(1, most.tokens), money: most.money }, limits);
  const done = await work();
  const { inputTokens, outputTokens, usd } = usageOf(done);
  await reserved.settle({ tokens: (inputTokens ?? 0) + (outputTokens ?? 0), money: usd });
  return done;
}
