import { modelServer, type ModelServer, type Received, type Scripted } from './model-server.js';

/** What the model behind an agent does in one conversation: it writes files, by their paths, then says something; or it never answers. */
export type Plan = { files: Record<string, string>; say: string } | 'hang';

/** `scenario`: the model that the agent asks for. `conversation`: from 0. `prompt`: all of the request. `key`: as it came. */
export type Script = (asked: { scenario: string; conversation: number; prompt: string; key: string }) => Plan;

/** The server that codex talks to: it writes files by shell commands. */
export function codexModels(script: Script): Promise<ModelServer> {
  return conversing('openai-responses', script, ({ files }, results) => (results > 0 ? null : { name: 'exec_command', input: { cmd: Object.entries(files).map(([file, content]) => `cat > ${file} <<'END_OF_FILE'\n${content.trimEnd()}\nEND_OF_FILE`).join('\n') } }));
}

/** The server that Claude Code talks to: it has to read each file before it writes it. */
export function claudeModels(script: Script): Promise<ModelServer> {
  return conversing('anthropic', script, ({ files }, results, request) => {
    const folder = /working directory: (\/\S+)/i.exec(JSON.stringify(request.body).replaceAll(String.raw`\n`, '\n'))?.[1] ?? '';
    const calls = Object.entries(files).flatMap(([file, content]) => [{ name: 'Read', input: { file_path: `${folder}/${file}` } }, { name: 'Write', input: { file_path: `${folder}/${file}`, content } }]);
    return calls[results] ?? null;
  });
}

type Call = NonNullable<Scripted['calls']>[number];

function conversing(kind: 'openai-responses' | 'anthropic', script: Script, callOf: (plan: Exclude<Plan, 'hang'>, results: number, request: Received) => Call | null): Promise<ModelServer> {
  const plans = new Map<string, Plan[]>();
  return modelServer(kind, (request) => {
    const { model, tools, input, messages } = request.body as { model: string; tools?: unknown[]; input?: { type: string }[]; messages?: { content: unknown }[] };
    // Small requests besides the conversation, such as one for its title.
    if (!Array.isArray(tools) || tools.length === 0) return { text: ['Nothing'] };
    const parts = input ?? (messages ?? []).flatMap(({ content }) => (Array.isArray(content) ? (content as { type: string }[]) : []));
    const results = parts.filter(({ type }) => type === 'function_call_output' || type === 'tool_result').length;
    const known = plans.get(model) ?? [];
    if (results === 0) {
      const key = String(request.headers['x-api-key'] ?? request.headers.authorization).replace('Bearer ', '');
      plans.set(model, [...known, script({ scenario: model, conversation: known.length, prompt: JSON.stringify(request.body), key })]);
    }
    const plan = plans.get(model)?.at(-1);
    if (plan === undefined || plan === 'hang') return { text: ['I look', ' at it'], fault: 'hang' };
    const call = callOf(plan, results, request);
    return call === null ? { text: [plan.say] } : { calls: [call] };
  });
}
