import { z } from 'zod';
import { cleanedMessage } from '../../core/commit-message.js';
import { PerfloopError } from '../../core/errors.js';
import { oneLine } from '../../core/one-line.js';
import type { Said, ToldDecision } from '../../core/run/explained.js';
import type { Conversation } from '../conversation.js';
import { rendered } from '../prompts.js';
import { contextOf, type ChangeTold } from './context.js';
import { explanationSchema, type Explanation } from './schemas.js';

/** What somebody said of a decision, or why they said nothing that can be used. */
export type Answered = { said: Said; note: null } | { said: null; note: string };

const tool = 'submit_explanation';

/** Has a model explain a decision; one repair is asked for. A budget that is used up is a note, no error. */
export async function explainBy({ dialog, given }: Conversation, told: ToldDecision, change: ChangeTold): Promise<Answered> {
  const { context } = await given(async () => ({ context: contextOf(told, change), refused: [] }));
  try {
    const outcome = await dialog.until(promptOfDecision(told, context, `Then call ${tool}.`), {
      name: tool,
      description: 'Gives the explanation, and the message of the commit.',
      schema: explanationSchema(told.decision),
      accept: async (value, lastTry) => {
        const said = saidIn(value);
        return lastTry || hasMessage(said, told) ? { ok: true, value: said } : { ok: false, problem: `${emptyMessage} Call ${tool} again.` };
      },
    });
    return outcome.kind === 'done' ? { said: outcome.value, note: null } : { said: null, note: outcome.why };
  } catch (error) {
    if (error instanceof PerfloopError && error.code === 'PL_BUDGET_SPENT') return { said: null, note: error.message };
    throw error;
  }
}

/** The prompt of an agent, which answers by the last thing that it prints. */
export function agentExplainPrompt(told: ToldDecision, change: ChangeTold): string {
  return promptOfDecision(told, contextOf(told, change), 'You are in a checkout of the change; you may read it. Edit nothing: what you edit is thrown away. The last thing that you print is one JSON object, and nothing after it:\n`{"explanation": "…", "commit_message": "…", "decision": "accept" or "drop"}`');
}

/** What an agent said; else what is wrong with its answer, for the agent. */
export function answerOfAgent(message: string, told: ToldDecision, lastTry: boolean): { said: Said } | { problem: string } {
  const value = lastObject(message);
  if (value === undefined) return { problem: 'It ended in no JSON object.' };
  const parsed = explanationSchema(told.decision).safeParse(value);
  if (!parsed.success) return { problem: `The JSON object is wrong:\n${z.prettifyError(parsed.error)}` };
  const said = saidIn(parsed.data);
  return lastTry || hasMessage(said, told) ? { said } : { problem: emptyMessage };
}

const emptyMessage = 'Of the commit message nothing is left without the lines that perfloop writes itself (trailers, and what was measured).';

function promptOfDecision({ decision, mayOverrule }: ToldDecision, context: string, answer: string): string {
  return rendered('explain', {
    context,
    message: decision === 'dropped' ? 'There will be no commit, so leave out `commit_message`.' : 'Write the message of the commit, as `commit_message`: a subject of at most 72 characters in the imperative, an empty line, and a body that says what changes and why it is faster. Leave out trailers and what was measured: the program adds them.',
    power: mayOverrule && decision === 'accepted' ? 'You may overrule the acceptance: with `decision` set to `drop` the change is not accepted. Do so only for a reason that you can name, and name it in the explanation.' : 'The decision stands. If you would decide otherwise, say so in `decision` (`accept` or `drop`); it is written down and changes nothing.',
    answer,
  });
}

function saidIn({ explanation, commit_message: message, decision }: Explanation): Said {
  const commitMessage = message === undefined ? null : cleanedMessage(message);
  return { explanation: oneLine(explanation.replaceAll(/[\p{Cc}\p{Cf}]/gu, ' ')), ...(commitMessage === null ? {} : { commitMessage }), ...(decision === undefined ? {} : { would: decision }) };
}

function hasMessage({ commitMessage }: Said, { decision }: ToldDecision): boolean {
  return decision === 'dropped' || commitMessage !== undefined;
}

/** The last JSON object of a text, such as one in a fence after some words. */
function lastObject(text: string): unknown {
  const end = text.lastIndexOf('}');
  for (let start = text.indexOf('{'); start !== -1 && start < end; start = text.indexOf('{', start + 1)) {
    try {
      return JSON.parse(text.slice(start, end + 1));
    } catch {
      // Words before it may hold a brace.
    }
  }
  return undefined;
}
