import { applyEdits } from '../../core/candidates/apply-edits.js';
import type { SpanEdit } from '../../core/candidate.js';
import type { Config } from '../../core/config/schema.js';
import { judgingCommands } from '../../core/config/benchmarks.js';
import type { Knob, KnobKind } from '../../core/knobs/knob.js';
import type { SourceTree } from '../../scan/source-tree.js';
import { protectedFromCommands } from '../../workspace/command-files.js';
import { isTurnable, protectedRules, protectionOf } from '../../workspace/protected-globs.js';
import { declaredPlaces, withoutSettings } from '../../workspace/turned-text.js';
import { sha256 } from '../hash.js';
import { sourceOf } from './commands.js';

/** A setting that is not offered, with the reason. */
export interface ImpossibleSetting {
  id: string;
  kind: KnobKind;
  /** Empty where the knob has none yet. */
  value: string;
  why: string;
}

const untrained = 'it is judged on inputs that its training has not seen: name a command with other inputs in propose.knobs.train';

type ConfigOfTarget = Pick<Config, 'target' | 'commands' | 'benchmarks' | 'service' | 'knobs'>;

/** The knobs without what no candidate may do: change protected files in more than settings, or files that the user protects. */
export async function possibleKnobs(tree: SourceTree, config: ConfigOfTarget, knobs: readonly Knob[]): Promise<{ knobs: Knob[]; left: ImpossibleSetting[] }> {
  const commandFiles = await protectedFromCommands(sourceOf(tree), '', judgingCommands(config), config.benchmarks);
  const declared = declaredPlaces(config);
  const rules = { ...protectedRules(config.target, commandFiles), turnable: { declared } };
  const [protection, turnable] = [protectionOf(rules), isTurnable(rules)];
  const whyNot = (edits: readonly SpanEdit[]): string | null => {
    for (const file of new Set(edits.map((edit) => edit.file))) {
      const why = protection(file);
      if (why === undefined) continue;
      const text = tree.text(file) ?? '';
      const after = applyEdits(text, edits.filter((edit) => edit.file === file), sha256);
      const before = withoutSettings(file, text, declared);
      if (!turnable(file) || before === null || before !== withoutSettings(file, after, declared)) return `${file} is protected: ${why}`;
    }
    return null;
  };
  const left: ImpossibleSetting[] = [];
  for (const { id, kind, settings } of knobs) if (kind === 'profile-guided' && settings.length === 0) left.push({ id, kind, value: '', why: untrained });
  const possible = knobs.map((knob): Knob => ({
    ...knob,
    settings: knob.settings.filter(({ value, place }) => {
      const why = place.kind === 'patch' ? whyNot(place.edits) : null;
      if (why !== null) left.push({ id: knob.id, kind: knob.kind, value, why });
      return why === null;
    }),
  }));
  return { knobs: possible.filter(({ settings }) => settings.length > 0), left };
}
