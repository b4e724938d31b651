import { PerfloopError } from '../../core/errors.js';
import { oneLine } from '../../core/one-line.js';
import type { Conversation } from '../conversation.js';
import { rendered } from '../prompts.js';
import { estimateTokens } from '../usage.js';
import { lessonsSchema, type WrittenLesson } from './schemas.js';

/** A trial that is over, as a model is told of it. */
export interface ToldTrial {
  /** Such as `r1-3`. */
  id: string;
  title: string;
  /** `src/a.py:12`. */
  place: string;
  by: string;
  /** What became of it, with numbers and reasons. */
  outcome: string;
  /** What it changed; empty where that is not known. */
  diff: string;
}

export interface LearnRequest {
  trials: readonly ToldTrial[];
  /** Titles and texts of lessons that are there already. */
  known: readonly string[];
  most: number;
  /** Of the first prompt, an upper estimate. */
  tokens: number;
}

/** What a model learned: only lessons that name trials which are there. */
export interface Learned {
  lessons: WrittenLesson[];
  dropped: { what: string; why: string }[];
  /** Why there is not more; null where all went well. */
  note: string | null;
}

const mostDiffLines = 60;

/** Has a model write down what trials taught. A budget that is used up is a note, no error. */
export async function learnBy({ dialog, given }: Conversation, { trials, known, most, tokens }: LearnRequest): Promise<Learned> {
  const ids = new Set(trials.map(({ id }) => id));
  const begun = await given(async () => ({ context: contextOf(trials, known, tokens), refused: [] }));
  try {
    const said = await dialog.until(rendered('learn', { context: begun.context, most: String(most) }), {
      name: 'submit_lessons',
      description: 'Gives the lessons.',
      schema: lessonsSchema(most),
      accept: async ({ lessons }, lastTry) => {
        const wrong = lessons.flatMap(({ title, trials: named }) => named.filter((id) => !ids.has(id)).map((id) => `${title}: there is no trial ${id}.`));
        if (wrong.length > 0 && !lastTry) return { ok: false, problem: `Some lessons name trials that are not there:\n${wrong.join('\n')}\nCall submit_lessons again, with all of them.` };
        return { ok: true, value: checked(lessons, ids) };
      },
    });
    return said.kind === 'done' ? said.value : { lessons: [], dropped: [], note: said.why };
  } catch (error) {
    if (error instanceof PerfloopError && error.code === 'PL_BUDGET_SPENT') return { lessons: [], dropped: [], note: error.message };
    throw error;
  }
}

function checked(lessons: readonly WrittenLesson[], ids: ReadonlySet<string>): Learned {
  const shown = lessons.map((lesson) => ({ ...lesson, trials: [...new Set(lesson.trials)].filter((id) => ids.has(id)) }));
  return {
    lessons: shown.filter(({ trials }) => trials.length > 0),
    dropped: shown.flatMap(({ title, trials }, i) => (trials.length > 0 ? [] : [{ what: title, why: `there are no trials ${lessons[i]?.trials.join(', ') ?? ''}` }])),
    note: null,
  };
}

/** The trials, the latest first, as far as they fit; what they changed is left out before a trial is. */
function contextOf(trials: readonly ToldTrial[], known: readonly string[], tokens: number): string {
  const latest = trials.toReversed();
  const heads = latest.map(({ id, title, place, by, outcome }) => `### ${id}: ${oneLine(title)} (${place}), by ${by}\n${oneLine(outcome)}`);
  let left = tokens - estimateTokens(heads.join('\n\n'));
  const parts = latest.map(({ diff }, i) => {
    const lines = diff.split('\n');
    const text = diff === '' ? '' : `\n\`\`\`\`diff\n${lines.slice(0, mostDiffLines).join('\n')}${lines.length > mostDiffLines ? `\n… (${lines.length - mostDiffLines} more lines)` : ''}\n\`\`\`\``;
    if (estimateTokens(text) > left) return heads[i] ?? '';
    left -= estimateTokens(text);
    return `${heads[i] ?? ''}${text}`;
  });
  const already = known.length === 0 ? '' : `\n\n## Known already\n${known.map((lesson) => `- ${oneLine(lesson)}`).join('\n')}`;
  return `## The trials\n\n${parts.join('\n\n').slice(0, tokens * 3)}${already}`;
}
