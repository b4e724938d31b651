import { notedLesson } from '../core/lesson.js';
import type { HostActivities } from '../core/run/contracts.js';
import { learnBy } from '../models/learn/learn.js';
import { toldTrials } from '../models/learn/told.js';
import { noteId } from '../models/learn/note-id.js';
import { activity } from './activity.js';
import { withModel } from './conversation.js';
import type { Dependencies } from './dependencies.js';
import { notesOf } from './notes.js';
import { talkOf } from './talk-of-phase.js';

/** Of a model's context, what the first prompt may take. */
const promptPart = 0.5;

/** Has a model write down what the trials of a round taught. */
export function writeLessonsActivity(deps: Dependencies): HostActivities['writeLessons'] {
  return activity((input, attempt) => withModel(deps, input, 'learn', attempt, async ({ choice, redactor, open }) => {
    const { run, target, model, trials, notes } = input;
    const of = { run, target: target.id };
    const told = await toldTrials(trials, of, async (ref) => redactor.text((await deps.artifacts.get(ref)).toString('utf8')));
    const conversation = await open('lessons', []);
    const { lessons: written, dropped, note } = redactor.json(await learnBy(conversation, { trials: told, known: notesOf(deps, target.id, notes), most: choice.bounds.lessons, tokens: Math.floor(choice.context * promptPart) }));
    const lessons = written.map((lesson) => notedLesson({ ...of, id: noteId(run, lesson), model }, lesson, trials));
    const left = dropped.length === 0 ? '' : `; left out: ${dropped.map(({ what, why }) => `${what} (${why})`).join(', ')}`;
    const talk = await talkOf(deps, conversation, redactor, { phase: 'learn', model, title: `learn: wrote ${lessons.length === 1 ? '1 lesson' : `${lessons.length} lessons`}${left}`.slice(0, 400), proposed: 0, value: { lessons, dropped }, note });
    return { lessons, talk };
  }));
}
