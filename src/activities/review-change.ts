import type { Flag } from '../core/flag.js';
import { nothingMeasured } from '../core/watch/nothing-measured.js';
import { inspectChange } from '../inspect/inspect.js';
import { whys } from '../inspect/whys.js';
import { changedScripts } from '../workspace/changed-scripts.js';
import type { CommandPlace } from '../workspace/command-files.js';
import { protectedChanges, type ProtectedChange } from '../workspace/protected.js';
import { protectionOf, type ProtectedRules } from '../workspace/protected-globs.js';
import type { Repository } from '../workspace/repository.js';

/** A change from one commit to another. */
export interface Change {
  from: string;
  to: string;
  rules: ProtectedRules;
  byPerson: boolean;
  /** Made by perfloop's own search over knobs, which alone may turn settings in protected files. */
  byKnobs?: boolean;
  /** Every shell command that may run. */
  commands: readonly CommandPlace[];
}

/** What a build that a profile guides reads: it says how often code ran, and is none. */
const trainedProfile = /(?:^|\/)default\.pgo$|\.gcda$/;

/** What is said of a change before anything of it runs. */
export interface Review {
  /** Why it is not tried at all, as a sentence; null when it is. */
  refused: string | null;
  notes: string[];
  flags: Flag[];
}

/** Of a patch, all of them: which are executed is not known yet, and what is not could hide what is. */
const mostFlags = 300;
/** Of all flags as JSON: they go from activity to activity, where Temporal takes 2 MB at most. */
const mostBytes = 400_000;
const mostPaths = 8;

/**
 * Reads a change from one commit to another. A proposer's candidate may not touch what is protected, bring links, binaries
 * or shadows of modules, or change modes. A person's change may, and gets a flag for what somebody has to look at.
 */
export async function reviewChange(repository: Repository, change: Change): Promise<Review> {
  const { from, to, rules, byPerson } = change;
  const changes = await protectedChanges(repository, from, to, rules);
  const ofKnobs = change.byKnobs === true ? changes.filter(({ kind, path }) => kind === 'turned' || (kind === 'binary' && trainedProfile.test(path))) : [];
  const turned = new Set(ofKnobs.map(({ path }) => path));
  const found = changes.filter(({ path }) => !turned.has(path));
  const { refused, notes } = byPerson ? await ofPerson(repository, change, found) : ofProposer(found);
  if (refused !== null) return { refused, notes, flags: [] };
  const protection = protectionOf(rules);
  const read = await inspectChange({ repository, base: from, commit: to, skip: (path) => protection(path) !== undefined && !turned.has(path), commands: change.commands.map(({ run }) => run) });
  return { refused: null, notes, flags: bounded([...unusual([...found, ...ofKnobs]), ...read]) };
}

/** As many as can be handed on; where that is not all, the rest is one flag, which counts whatever is executed. */
function bounded(flags: readonly Flag[]): Flag[] {
  let bytes = 0;
  const over = flags.findIndex((flag, index) => index >= mostFlags || (bytes += Buffer.byteLength(JSON.stringify(flag))) > mostBytes);
  if (over === -1) return [...flags];
  const why = `${whys.many}: ${flags.length - over} more, the first of them here`;
  return [{ code: 'many', file: (flags[over]?.file ?? '').slice(0, 300), line: flags[over]?.line ?? 0, text: '', why }, ...flags.slice(0, over)];
}

type Decision = Pick<Review, 'refused' | 'notes'>;

function ofProposer(found: readonly ProtectedChange[]): Decision {
  return { refused: found.length === 0 ? null : `It changes what must not change: ${listed(found)}.`, notes: [] };
}

async function ofPerson(repository: Repository, { from, to, commands }: Pick<Change, 'from' | 'to' | 'commands'>, found: readonly ProtectedChange[]): Promise<Decision> {
  const refuse = (refused: string): Decision => ({ refused, notes: [] });
  // What is turned is not laid over: the worktree would have the change's own version. The config of `judge` lets nobody turn.
  const never = found.filter(({ kind }) => kind === 'refused' || kind === 'turned');
  if (never.length > 0) return refuse(`It changes what must not change: ${listed(never)}.`);
  const scripts = await changedScripts(repository, from, to, commands);
  if (scripts.length > 0) return refuse(`It changes the npm script${scripts.length === 1 ? '' : 's'} ${scripts.join(', ')}, which the commands run.`);
  const laidOver = found.filter(({ kind }) => kind === 'protected');
  if (laidOver.length === 0) return { refused: null, notes: [] };
  if (laidOver.length === (await repository.changedPaths(from, to)).length) {
    return refuse(`${nothingMeasured}: the base's version is used of all that it changes: ${listed(laidOver)}. What is under judgement after all belongs in target.editable.`);
  }
  // A pull request may bring tests of its own. What counts are the base's, which are laid over before anything runs.
  return { refused: null, notes: [`Measured and tested with the base's version of ${listed(laidOver)}.`] };
}

/** Of a person's change: what is neither refused nor laid over. */
function unusual(found: readonly ProtectedChange[]): Flag[] {
  return found.flatMap(({ path, kind, why }): Flag[] => (kind === 'refused' || kind === 'protected' || kind === 'turned' || kind === 'mode' ? [] : [{ code: kind, file: path, line: 0, text: '', why }]));
}

function listed(found: readonly ProtectedChange[]): string {
  const shown = found.slice(0, mostPaths).map(({ path, why }) => `${path} (${why})`).join(', ');
  return found.length > mostPaths ? `${shown} and ${found.length - mostPaths} more` : shown;
}
