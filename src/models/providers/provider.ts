import type { Usage } from '../usage.js';

/** A tool as a model is told of it. */
export interface ToolSpec {
  name: string;
  description: string;
  /** JSON schema of an object. */
  input: Record<string, unknown>;
}

export interface ToolCall {
  id: string;
  name: string;
  /** JSON, as the model wrote it: it may be none. */
  input: string;
}

export interface ToolResult {
  id: string;
  text: string;
  failed: boolean;
}

export type Turn =
  | { role: 'user'; text: string }
  /** `raw`: what the provider wants back as it was, such as signed reasoning. */
  | { role: 'assistant'; text: string; calls: ToolCall[]; raw?: unknown[] }
  /** One for each call of the turn before, in its order. */
  | { role: 'tools'; results: ToolResult[] };

export interface ModelRequest {
  system: string;
  turns: Turn[];
  tools: ToolSpec[];
  maxTokens: number;
}

export interface ModelAnswer {
  text: string;
  calls: ToolCall[];
  /** `length`: cut at the limit of tokens. `refusal`: the model or its provider declined. */
  stop: 'end' | 'tools' | 'length' | 'refusal';
  usage: Usage;
  /** The provider told no usage, so it is an estimate. */
  estimated?: true;
  raw?: unknown[];
}

export interface CallControl {
  signal: AbortSignal;
  /** Told at each piece of the answer: characters so far. */
  onProgress?: (characters: number) => void;
}

/** One model behind one API. Rejects with ModelFailure, or with the signal's reason; it tries once. */
export interface Provider {
  ask(request: ModelRequest, control: CallControl): Promise<ModelAnswer>;
}

/** What a provider needs to know of its model. The key never leaves it. */
export interface ProviderSettings {
  model: string;
  /** Null: the provider's own. */
  baseUrl: string | null;
  /** Null: none, for servers that ask for none. */
  key: string | null;
  /** Null: it is not sent. */
  temperature: number | null;
  /** One answer may take so long. */
  timeoutMs: number;
  /** So long nothing may arrive. */
  stallMs: number;
}
