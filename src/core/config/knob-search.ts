import type { KnobKind } from '../knobs/knob.js';
import type { KnobSearchConfig } from './knobs-schema.js';
import type { Config } from './schema.js';

/** What holds where the file has [[knobs]] and no `[propose.knobs]`. Apart from the schema, since workflows read it: each open one holds what it imports. */
export const knobSearchDefaults = {
  enabled: true,
  kinds: ['build-flags', 'profile-guided', 'allocator', 'runtime', 'declared'] satisfies KnobKind[],
  results_changing: false,
  samples: 300,
  share: 0.2,
} as const;

/** How knobs are searched; null where the config does not ask for it, as in configs of earlier versions. */
export function knobSearchOf({ propose, knobs }: { propose: Pick<Config['propose'], 'knobs'>; knobs?: Config['knobs'] | undefined }): KnobSearchConfig | null {
  const search = propose.knobs ?? ((knobs ?? []).length > 0 ? { ...knobSearchDefaults, kinds: [...knobSearchDefaults.kinds] } : null);
  return search?.enabled === true ? search : null;
}
