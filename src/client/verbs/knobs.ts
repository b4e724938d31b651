import { resolve } from 'node:path';
import { closest } from 'fastest-levenshtein';
import { PerfloopError } from '../../core/errors.js';
import type { Knob, KnobSetting } from '../../core/knobs/knob.js';
import { lookForKnobs } from '../../propose/knobs/find.js';
import type { ImpossibleSetting } from '../../propose/knobs/possible.js';
import { diffOfEdits } from '../candidate-diff.js';
import type { CliContext } from '../context.js';
import { loadConfig } from '../load-config.js';

interface KnobsRequest {
  repo: string;
  config?: string | undefined;
}

export interface FoundKnobs {
  repository: string;
  knobs: Knob[];
  /** Settings that no candidate may have. */
  left: ImpossibleSetting[];
}

/** What can be turned in a repository. Nothing is built, run or written. */
export async function knobList(context: CliContext, { repo, config }: KnobsRequest): Promise<FoundKnobs> {
  const root = resolve(context.cwd, repo);
  const found = await lookForKnobs({ worktree: root, config: await loadConfig(context, root, config) });
  return { repository: root, ...found };
}

export interface ShownKnob extends Omit<Knob, 'settings'> {
  settings: (Omit<KnobSetting, 'place'> & { /** A unified diff; null where it is no patch. */ diff: string | null; set: Record<string, string> | null; /** A diff of a file that the benchmark does not run. */ elsewhere: string | null })[];
}

/** A knob with what each of its settings would change. */
export async function knobShow(context: CliContext, { id, ...request }: KnobsRequest & { id: string }): Promise<ShownKnob> {
  const { repository, knobs } = await knobList(context, request);
  const knob = knobs.find((one) => one.id === id);
  if (knob === undefined) {
    const near = knobs.length === 0 ? 'Nothing can be turned here.' : `Did you mean ${closest(id, knobs.map((one) => one.id))}?`;
    throw new PerfloopError('PL_KNOB_UNKNOWN', `There is no knob ${id} in this repository.`, { where: repository, fix: `${near} See \`perfloop knobs list\`.` });
  }
  const settings: ShownKnob['settings'] = [];
  for (const { place, ...setting } of knob.settings) {
    if (place.kind === 'patch') settings.push({ ...setting, diff: await diffOfEdits(repository, place.edits), set: null, elsewhere: null });
    else settings.push({ ...setting, diff: null, set: place.set, elsewhere: place.elsewhere === undefined ? null : await diffOfEdits(repository, place.elsewhere) });
  }
  return { ...knob, settings };
}
