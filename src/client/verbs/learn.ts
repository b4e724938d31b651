import { WorkflowIdReusePolicy } from '@temporalio/common';
import type { Config } from '../../core/config/schema.js';
import { PerfloopError } from '../../core/errors.js';
import { workflowTypes, type KeepLessonsInput } from '../../core/inputs.js';
import { lessonOf, notedLesson, type Lesson } from '../../core/lesson.js';
import type { TalkSpend } from '../../core/model-talk.js';
import { queues } from '../../core/queues.js';
import type { RunStatus } from '../../core/status.js';
import { notesOf } from '../../activities/notes.js';
import { learnBy, type Learned } from '../../models/learn/learn.js';
import { noteId } from '../../models/learn/note-id.js';
import { toldTrials } from '../../models/learn/told.js';
import { sha256 } from '../../propose/hash.js';
import { artifactsOf } from '../../store/artifacts-of.js';
import { chosenModel, withModels } from '../asking/asking.js';
import type { CliContext } from '../context.js';
import { isOver } from '../events.js';
import { loadConfig, nearestConfig } from '../load-config.js';
import { keptConfig } from '../../store/run-config.js';
import { openSession } from '../session.js';
import { show } from './show.js';

export interface LearnOptions {
  run: string;
  /** Of [models.NAME]; default: what the config names for this phase, if anything. */
  model?: string;
  config?: string;
}

export interface LearnedOfRun {
  run: string;
  /** Lessons of the trials themselves, one each. */
  trials: number;
  /** What a model wrote; null where none was asked. */
  model: string | null;
  written: Lesson[];
  dropped: Learned['dropped'];
  note: string | null;
  spent: TalkSpend | null;
}

/** Of a model's context, what the first prompt may take. */
const promptPart = 0.5;

/** Writes down what the trials of a run taught, and what a model makes of them. Throws PL_RUN_NOT_OVER or PL_NO_TRIALS. */
export async function learn(context: CliContext, { run: text, model, config: file }: LearnOptions): Promise<LearnedOfRun> {
  const { status } = await show(context, text);
  // What is kept once stays as it is, and only the run knows what measured its trials.
  if (!isOver(status)) throw new PerfloopError('PL_RUN_NOT_OVER', `run ${status.run} has not ended (${status.state}), and writes its lessons itself`, { where: status.run, fix: `Follow it to its end: \`perfloop attach ${status.run}\`.` });
  const of = { run: status.run, target: status.target.id };
  const lessons = status.trials.flatMap((trial) => lessonOf({ ...of, hardware: null }, trial) ?? []);
  if (lessons.length === 0) throw new PerfloopError('PL_NO_TRIALS', `no trial of ${status.run} is decided`, { where: status.run, fix: `See \`perfloop show ${status.run}\`.` });
  const config = await configOf(context, status, file);
  const name = model ?? config?.phases.learn?.model ?? null;
  if (name !== null && config === null) throw new PerfloopError('PL_NO_CONFIG', 'there is no config that says what this model is', { where: status.target.origin, fix: 'Name one with --config FILE.' });
  const learned = name === null || config === null ? { lessons: [], dropped: [], note: null, spent: null } : await byModel(context, status, config, name);
  const written = learned.lessons.map((lesson) => notedLesson({ ...of, id: noteId(status.run, lesson), model: name ?? '' }, lesson, status.trials));
  await keep(context, status.run, [...lessons, ...written]);
  const { dropped, note, spent } = learned;
  return { run: status.run, trials: lessons.length, model: name, written, dropped, note, spent };
}

async function byModel(context: CliContext, { run, target, trials }: RunStatus, config: Config, name: string): Promise<Learned & { spent: TalkSpend | null }> {
  const choice = chosenModel(config, name, 'learn', '--model');
  const artifacts = artifactsOf(context.home);
  return withModels(context, { config, verb: 'learn' }, async ({ redactor, converse, spent }) => {
    const told = await toldTrials(trials, { run, target: target.id }, async (ref) => await artifacts.get(ref).then((bytes) => redactor.text(bytes.toString('utf8')), () => null));
    const conversation = await converse(choice, 'lessons', []);
    const learned = await learnBy(conversation, { trials: told, known: notesOf(context, target.id), most: choice.bounds.lessons, tokens: Math.floor(choice.context * promptPart) });
    await conversation.end();
    return { ...redactor.json(learned), spent: spent() };
  });
}

async function configOf(context: CliContext, { run, target }: RunStatus, file: string | undefined): Promise<Config | null> {
  const kept = file === undefined ? await keptConfig(artifactsOf(context.home), run) : null;
  if (kept !== null) return kept;
  return file === undefined && (await nearestConfig(target.origin)) === null ? null : loadConfig(context, target.origin, file);
}

/** Only the hub writes the knowledge base; the same lessons again change nothing there. */
async function keep(context: CliContext, run: string, lessons: Lesson[]): Promise<void> {
  const session = await openSession(context);
  try {
    const { client, settings } = session;
    const input: KeepLessonsInput = { v: 1, queuePrefix: settings.queuePrefix, lessons };
    await client.workflow.execute(workflowTypes.keepLessons, { taskQueue: queues.workflows(settings.queuePrefix), workflowId: `${run}/lessons-${sha256(JSON.stringify(lessons)).slice(0, 12)}`, workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE, args: [input], staticSummary: `lessons of ${run}` });
  } finally {
    await session.close();
  }
}
