import { lessonOf, noteText, type Lesson } from '../core/lesson.js';
import { hardwareOf } from '../core/run/lease.js';
import type { TrialSummary } from '../core/status.js';
import { hubActivities } from './activities.js';
import { askedModel, replayOf } from './phase-models.js';
import { scopeOf, type Phases } from './phases.js';

/** Lessons that models wrote in a run, for its next rounds: the latest. */
const mostNotes = 8;

/** Of the phases of a run the only one that writes the wiki. */
export async function learn(phases: Phases): Promise<void> {
  const { input, model, control } = phases;
  control.enter('learn', 'writing down what was learned');
  const trials = model.status.trials.filter((trial) => trial.round === model.status.round);
  const lessons = trials.map((trial) => lessonOf({ run: model.status.run, target: model.status.target.id, hardware: model.lease === null ? null : hardwareOf(model.lease) }, trial)).filter((lesson) => lesson !== null);
  // At the end of a run this is asked once more, for what was decided late; a model is paid once for a round.
  const written = lessons.length === 0 || model.noted === model.status.round ? [] : await byModel(phases, trials);
  await hubActivities(input.queuePrefix).recordLessons.executeWithOptions({ summary: 'lessons' }, [{ v: 1, lessons: [...lessons, ...written] }]);
}

/** What a model writes down of the trials of the round, where the config names one for this phase. The next round's prompts have it. */
async function byModel(phases: Phases, trials: TrialSummary[]): Promise<Lesson[]> {
  const { input, model, session } = phases;
  const { config, target } = input;
  const { notes = [] } = model;
  const answer = await askedModel(phases, 'learn', (name) => session.onHost((on) => on.host('writeLessons', `${name} writes down what was learned`, { ...scopeOf(input, `learn-${model.status.round}`), target, config, model: name, trials, notes, ...replayOf(input) })));
  if (answer === null) return [];
  model.noted = model.status.round;
  model.notes = [...answer.lessons.map(noteText), ...notes].slice(0, mostNotes);
  return answer.lessons;
}
