import type { TrialState } from '../status.js';

/**
 * What is wrong with the argument of a message, in words; null when nothing is. People send messages by hand, too, and a
 * handler that throws would stop the run's workflow for good.
 */
export function decideProblem(message: unknown): string | null {
  if (!isTable(message)) return `${shape} {"v":1,"decisionId":"any-unique-text","candidate":"r1-1","approve":true,"who":"you","comment":""}`;
  if (message['v'] !== 1) return '`v` must be 1';
  for (const key of ['decisionId', 'candidate', 'who', 'comment']) {
    const value = message[key];
    if (typeof value !== 'string') return `\`${key}\` must be text`;
    if (value === '' && key !== 'comment') return `\`${key}\` must not be empty`;
  }
  return typeof message['approve'] === 'boolean' ? null : '`approve` must be true or false';
}

const budgetKeys = ['maxTrials', 'maxWallMs', 'rounds'] as const;

export function setBudgetProblem(change: unknown): string | null {
  if (!isTable(change)) return `${shape} {"v":1,"maxTrials":20}`;
  if (change['v'] !== 1) return '`v` must be 1';
  const given = Object.keys(change).filter((key) => key !== 'v');
  if (!given.some((key) => (budgetKeys as readonly string[]).includes(key)) && given.every((key) => ['who', 'comment'].includes(key))) return `it changes nothing: give ${budgetKeys.join(', ')} or several of them`;
  for (const key of given) {
    if (key === 'who' || key === 'comment') {
      if (typeof change[key] !== 'string') return `\`${key}\` must be text`;
      continue;
    }
    if (!(budgetKeys as readonly string[]).includes(key)) return `there is no \`${key}\`; there are ${budgetKeys.join(', ')}`;
    const value = change[key];
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 1) return `\`${key}\` must be a whole number from 1 up`;
  }
  return null;
}

const trialStates: readonly string[] = ['queued', 'preparing', 'screening', 'rebuilding', 'confirming', 'measuring-again', 'passed', 'awaiting-approval', 'decided'] satisfies TrialState[];

export function trialStateProblem(message: unknown): string | null {
  if (!isTable(message) || typeof message['trial'] !== 'string' || !trialStates.includes(String(message['state']))) return 'it is sent by trials and not by people';
  return null;
}

const shape = 'it takes one object such as';

function isTable(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
