import type { ModelTalk, TalkRecord } from '../core/model-talk.js';
import type { Conversation } from '../models/conversation.js';
import type { Redactor } from '../models/redact.js';
import type { Dependencies } from './dependencies.js';

/** In a status, which travels through the history. */
const longestNote = 400;

export interface TalkEnd {
  phase: NonNullable<ModelTalk['phase']>;
  /** What it was about. Default: the phase. */
  about?: string;
  model: string;
  /** What came of it, in words. */
  title: string;
  proposed: number;
  /** All of it, without secrets. */
  value: unknown;
  note: string | null;
}

/** Ends a conversation of a phase, and keeps what was said and what came of it. */
export async function talkOf(deps: Dependencies, conversation: Conversation, redactor: Redactor, { phase, about = phase, model, title, proposed, value, note }: TalkEnd): Promise<ModelTalk> {
  const { transcript, traffic, spent } = await conversation.end();
  const record: TalkRecord = { v: 1, transcript, traffic, verdict: await deps.artifacts.put('json', JSON.stringify(value)), candidates: null };
  return { phase, model, finding: about, title, real: null, proposed, record: await deps.artifacts.put('json', JSON.stringify(record)), spent, ...(note === null ? {} : { note: redactor.text(note).slice(0, longestNote) }) };
}
