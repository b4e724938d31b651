import type { Knob, KnobSetting } from '../../core/knobs/knob.js';
import { looseFlag } from './compiler-knobs.js';
import type { KnobContext } from './finder.js';

/**
 * Marks every setting of a build after which results may differ since the command line of a set-up or a build, or its environment, lets sums
 * be ordered as the compiler likes (`make CFLAGS=-Ofast`): no file of the repository says that.
 */
export function withLooseCommands({ commands }: Pick<KnobContext, 'commands'>, knobs: readonly Knob[]): Knob[] {
  const found = commands.filter(({ role }) => role !== 'test').flatMap(({ scripts, env }) => [...scripts, ...Object.values(env)]).flatMap((text) => text.split(/[\s"'=]+/)).find(looseFlag);
  if (found === undefined) return [...knobs];
  const marked = (setting: KnobSetting): KnobSetting => ({ changesResults: 'rounding', ...setting, caution: [setting.caution, `A command sets ${found}: with other settings sums may be ordered otherwise.`].filter((text) => text !== undefined).join(' ') });
  return knobs.map((knob) => (knob.kind === 'build-flags' || knob.kind === 'profile-guided' ? { ...knob, settings: knob.settings.map(marked) } : knob));
}
