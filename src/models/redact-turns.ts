import type { ToolCall, Turn } from './providers/provider.js';
import type { Redactor } from './redact.js';

/** What was said, without secrets. What a model asked of tools may be code that is to be written, so it is treated as that. */
export function redactedTurns(turns: readonly Turn[], redactor: Redactor): Turn[] {
  return turns.map((turn) => {
    if (turn.role !== 'assistant') return redactor.json(turn);
    const { raw, text, calls } = turn;
    return { role: 'assistant', text: redactor.text(text), calls: redactedCalls(calls, redactor), ...(raw === undefined ? {} : { raw: redactor.code(raw) }) };
  });
}

/** The strings within the input, not its JSON: an escape there (`\\n`) is no text. */
export function redactedCalls(calls: readonly ToolCall[], redactor: Redactor): ToolCall[] {
  return calls.map(({ id, name, input }) => ({ id: redactor.text(id), name: redactor.text(name), input: redactedJson(input, redactor) }));
}

function redactedJson(input: string, redactor: Redactor): string {
  let parsed: unknown;
  try {
    parsed = JSON.parse(input);
  } catch {
    return redactor.text(input);
  }
  const clean = JSON.stringify(redactor.code(parsed));
  // As the model wrote it, where nothing was found.
  return clean === JSON.stringify(parsed) ? input : clean;
}
