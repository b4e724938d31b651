import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Candidate, SpanEdit } from '../core/candidate.js';
import type { KnownOfTarget, RefusedBefore } from '../core/choice/record.js';
import { knobSearchOf } from '../core/config/knob-search.js';
import type { KnobSearchConfig } from '../core/config/knobs-schema.js';
import { proposals, type KnobCandidate } from '../core/knobs/combine.js';
import type { Knob, KnobSetting } from '../core/knobs/knob.js';
import type { KnobArm, KnobRef } from '../core/knobs/search.js';
import type { HostActivities } from '../core/run/contracts.js';
import { lookForKnobs } from '../propose/knobs/find.js';
import { lineAt } from '../propose/knobs/flag-words.js';
import { sha256 } from '../propose/hash.js';
import { activity, type Attempt } from './activity.js';
import type { Dependencies } from './dependencies.js';
import { worktreeOf } from './ground.js';
import { refOf, withSurroundings } from './propose.js';
import { trainKnob } from './train-knob.js';

type FindInput = Parameters<HostActivities['findKnobs']>[0];
type KnobActivities = Pick<HostActivities, 'findKnobs' | 'keepKnobs'>;

/** What is turned without a change of code, before and after it is sampled. */
export function knobActivities(deps: Dependencies): KnobActivities {
  return {
    findKnobs: activity(async (input, attempt) => {
      const { config, sampled } = input;
      const search = knobSearchOf(config);
      const { path } = await worktreeOf(deps, input.worktree);
      const found = search === null ? { knobs: [], left: [] } : await lookForKnobs({ worktree: path, config });
      const isAsked = ({ kind }: Pick<Knob, 'kind'>) => search?.kinds.includes(kind) === true;
      const knobs = found.knobs.filter(isAsked);
      const known = input.known === undefined ? null : await deps.artifacts.getJson<KnownOfTarget>(input.known);
      const refused = config.propose.retry_refused ? [] : (known?.refused ?? []);
      const arms: KnobArm[] = [];
      const left = found.left.filter(isAsked).map(({ id, value, why }) => ({ id: value === '' ? id : `${id}=${value}`, why }));
      for (const knob of knobs) {
        for (const setting of knob.settings) {
          const id = armId(knob, setting);
          if (sampled.includes(id)) continue;
          const patch = whyNot(setting, search) ?? (await patchOf(deps, input, knob, setting, attempt));
          const [candidate] = patch === null || typeof patch === 'string' ? [] : await withSurroundings(deps, input, [patch]);
          const why = typeof patch === 'string' ? patch : candidate === undefined ? null : refusedBefore(candidate, refused);
          if (why !== null) left.push({ id, why });
          else arms.push({ id, knob: knob.id, value: setting.value, title: titleOf(knob, setting), candidate: candidate === undefined ? null : await refOf(deps, candidate, 0), set: setting.place.kind === 'environment' ? setting.place.set : {}, ...(await elsewhereOf(path, setting)), rationale: rationaleOf(knob, setting) });
        }
      }
      return { knobs: knobs.length, settings: knobs.reduce((sum, { settings }) => sum + settings.length, 0), arms, left };
    }),

    keepKnobs: activity(async ({ record, winners }) => {
      const candidates = await Promise.all(winners.map(({ patch }) => deps.artifacts.getJson<KnobCandidate>(patch)));
      const kept = await deps.artifacts.put('json', JSON.stringify(record));
      return { record: kept, proposals: candidates.length === 0 ? null : await deps.artifacts.put('candidates', JSON.stringify(proposals(candidates, idOf))) };
    }),
  };
}

/** The lines that would say the same in a file that the benchmark does not run. */
async function elsewhereOf(root: string, { place }: KnobSetting): Promise<Pick<KnobArm, 'elsewhere'>> {
  if (place.kind !== 'environment' || place.elsewhere === undefined) return {};
  const lines = await Promise.all(place.elsewhere.map(async ({ file, start, end, text }) => {
    const source = await readFile(join(root, file), 'utf8');
    // An insertion writes what comes after it again.
    const after = source.slice(start, end);
    return { file, line: lineAt(source, start), text: (text.endsWith(after) ? text.slice(0, text.length - after.length) : text).trimEnd() };
  }));
  return { elsewhere: lines };
}

function armId(knob: Knob, setting: KnobSetting): string {
  return `${knob.id}=${setting.value}`;
}

function whyNot({ changesResults, place }: KnobSetting, search: KnobSearchConfig | null): string | null {
  if (changesResults === undefined) return null;
  if (search?.results_changing !== true) return `results may differ after it (${changesResults}): it is tried only with propose.knobs.results_changing`;
  return place.kind === 'environment' ? `results may differ after it (${changesResults}), and the outputs of the check command are compared of patches only: put the variable into the repository` : null;
}

function refusedBefore({ id, surroundings }: Candidate, refused: readonly RefusedBefore[]): string | null {
  const before = refused.find((one) => one.id === id && one.surroundings === surroundings);
  return before === undefined ? null : `it was refused before, as ${before.trial} of ${before.run}, and the file around it and the benchmark are the same: ${before.why}`;
}

/** The candidate of a setting, trained where it has to be; null for one of the environment; a text: why there is none. */
async function patchOf(deps: Dependencies, input: FindInput, knob: Knob, setting: KnobSetting, attempt: Attempt): Promise<KnobCandidate | string | null> {
  const { place, value, changesResults, train } = setting;
  if (place.kind !== 'patch') return null;
  const id = idOf({ id: knob.id, value }, place.edits);
  if (input.tried.includes(id)) return 'it was tried in this run';
  const trained = train === undefined ? null : await trainKnob(deps, input, { title: titleOf(knob, setting), edits: place.edits, train }, attempt);
  if (trained !== null && 'why' in trained) return trained.why;
  return {
    id, proposer: 'knobs', recipe: knob.id, knob: { id: knob.id, kind: knob.kind, value }, title: titleOf(knob, setting), rationale: rationaleOf(knob, setting),
    findingId: null, file: knob.file, line: knob.line, language: knob.language, share: null, ...(changesResults === undefined ? {} : { changesResults }),
    change: trained === null ? { kind: 'edits', edits: place.edits } : { kind: 'commit', commit: trained },
  };
}

function titleOf({ title }: Knob, { value }: KnobSetting): string {
  return `${title}: ${value}`;
}

function rationaleOf({ rationale, current }: Knob, { caution }: KnobSetting): string {
  return [rationale, `It was ${current}.`, caution].filter((text) => text !== undefined && text !== '').join(' ');
}

/** The same setting by the same text has the same id, wherever in the file that is by now. */
function idOf({ id, value }: Pick<KnobRef, 'id' | 'value'>, edits: readonly SpanEdit[]): string {
  return sha256(JSON.stringify(['knobs', id, value, ...edits.map(({ file, before, text }) => [file, before, text])])).slice(0, 12);
}
