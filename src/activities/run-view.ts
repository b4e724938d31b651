import { access, copyFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ArtifactRef } from '../core/artifact.js';
import type { HubActivities } from '../core/run/contracts.js';
import { openQuestions } from '../core/run/questions.js';
import { decidedTrial } from '../core/run/decided-trial.js';
import type { ArtifactStore } from '../store/artifacts.js';
import { writeFileAtomic } from '../store/atomic-file.js';
import type { Home } from '../store/home.js';
import { makeFolder } from '../store/make-folder.js';

type Recorded = Parameters<HubActivities['recordRun']>[0];

/** Larger artifacts stay in the store alone. */
const largestCopy = 16 * 1024 * 1024;

/**
 * Writes what is recorded of a run into its folder of logs, for people to read; perfloop reads none of it back. Every file is
 * whole at any time, and writing it again changes nothing. What cannot be written is named in `state.json`, and ends no run.
 */
export async function writeRunView(home: Home, artifacts: ArtifactStore, recorded: Recorded): Promise<void> {
  const { status, trials, plan, steps = [] } = recorded;
  const folder = join(home.logs, status.run);
  const missing: string[] = [];
  const file = async (name: string, write: (path: string) => Promise<void>): Promise<void> => {
    await write(join(folder, name)).catch((error: unknown) => missing.push(`${name}: ${error instanceof Error ? error.message : String(error)}`));
  };
  const json = (name: string, value: unknown): Promise<void> => file(name, (path) => put(path, (temporary) => writeFile(temporary, `${JSON.stringify(value, null, 2)}\n`)));
  const copy = async (name: string, ref: ArtifactRef | null | undefined): Promise<void> => {
    if (ref != null) await file(name, (path) => copied(artifacts, ref, path));
  };
  if (plan !== undefined) await json('plan.json', plan);
  for (const { folder: name, ...step } of steps) await json(join(name, 'step.json'), step);
  const { evidence } = status;
  await copy('environment.json', evidence?.environment);
  await copy('survey.json', evidence?.survey);
  for (const [index, ref] of (evidence?.findings ?? []).entries()) await copy(`findings-${padded(index + 1)}.json`, ref);
  for (const [index, ref] of (evidence?.analyses ?? []).entries()) await copy(`analysis-${padded(index + 1)}.json`, ref);
  for (const [index, ref] of (evidence?.choices ?? []).entries()) await copy(`choice-${padded(index + 1)}.json`, ref);
  for (const { trial } of trials) {
    await copy(join(trial.id, 'change.diff'), trial.diff);
    if (trial.verdict !== null) await json(join(trial.id, 'decision.json'), { ...decidedTrial(trial), verdict: trial.verdict });
  }
  await writeFileAtomic(join(folder, 'state.json'), `${JSON.stringify({ ...stateOf(recorded), ...(missing.length === 0 ? {} : { missing }) }, null, 2)}\n`).catch(() => undefined);
}

const padded = (number: number): string => String(number).padStart(2, '0');

async function copied(artifacts: ArtifactStore, ref: ArtifactRef, path: string): Promise<void> {
  if (await access(path).then(() => true, () => false)) return;
  if (ref.bytes > largestCopy) throw new Error(`${ref.bytes} bytes stay in the store of artifacts: ${artifacts.placeOf(ref)}`);
  const file = await artifacts.fileOf(ref);
  await put(path, (temporary) => copyFile(file, temporary));
}

/** A reader sees all of the file or nothing. Not synced: after a power loss it is written again, or not missed. */
async function put(path: string, write: (temporary: string) => Promise<void>): Promise<void> {
  makeFolder(dirname(path));
  const temporary = `${path}.${process.pid}.tmp`;
  await write(temporary);
  await rename(temporary, path);
}

function stateOf({ status, decisions, lastDecision }: Recorded): object {
  const { run, state, round, rounds, phase, doing, champion, accepted, lastStep, steps, benchmark, questions = [], error, warnings, startedAt, endedAt, target } = status;
  return {
    note: 'A view for people, written by perfloop from time to time; the state of the run is in the workflow.',
    run, state, round, rounds, phase, doing,
    base: target.base, head: champion, accepted,
    last_step: lastStep ?? null,
    steps: steps ?? null,
    benchmark: benchmark === undefined ? null : { last: benchmark.reading, best: benchmark.best, previous: benchmark.last, baseline: benchmark.baseline, gain: benchmark.gain },
    last_decision: lastDecision ?? null,
    last_approval: decisions.at(-1) ?? null,
    waits_for: openQuestions({ questions, decisions }).map(({ id, text, until, onTimeout }) => ({ id, text, until, on_timeout: onTimeout })),
    error, warnings, startedAt, endedAt,
  };
}
