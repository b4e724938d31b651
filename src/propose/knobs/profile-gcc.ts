import type { Knob, KnobTraining } from '../../core/knobs/knob.js';
import { idOf, reordering } from './compiler-knobs.js';
import type { KnobContext } from './finder.js';
import { added, lineAt } from './flag-words.js';
import { makefileSites } from './makefile.js';

const flags = ['-fprofile-use', '-fprofile-partial-training', '-Wno-missing-profile', '-Wno-error=coverage-mismatch'];
const rationale = 'GCC lays out branches, inlines and unrolls by how often they ran in the training; with -fprofile-partial-training what did not run in it is optimised as ever (GCC manual, -fprofile-use).';
const caution = 'The profiles (.gcda) are binary files in the repository, for this version of GCC and these sources: a function that has changed is compiled without, until the training is done again.';

/** Profiles beside the object files of a Makefile, from a training on a build that counts. */
export function gccProfileKnobs(context: KnobContext): Knob[] {
  const { training } = context;
  return makefileSites(context).flatMap((sites): Knob[] => {
    if (sites.clang || sites.anchors.length === 0 || sites.flags.some((flag) => flag.startsWith('-fprofile'))) return [];
    return [{
      id: idOf('makefile-profile', sites.file), kind: 'profile-guided', title: 'A build of GCC that a profile guides', rationale, current: 'default', file: sites.file, line: lineAt(sites.text, sites.anchors[0]?.at ?? 0), language: 'cpp',
      settings: training === null ? [] : [{ value: '-fprofile-use', place: { kind: 'patch', edits: added(sites, ...flags) }, ...reordering(sites.flags), caution, train: trained(training) }],
    }];
  });
}

/** The compilers that come first in PATH add what counts, to compiling and to linking, whatever the Makefile says. */
const compilers = String.raw`mkdir -p .perfloop-training
for name in cc gcc g++ c++; do
  program="$(command -v "$name")" || continue
  printf '#!/bin/sh\nexec "%s" "$@" -fprofile-generate -fprofile-update=atomic\n' "$program" > ".perfloop-training/$name"
  chmod +x ".perfloop-training/$name"
done
PATH="$PWD/.perfloop-training:$PATH" && export PATH`;

function trained({ run, env }: NonNullable<KnobContext['training']>): KnobTraining {
  return { edits: [], prepare: compilers, run: `for pass in 1 2 3; do (\n${run}\n) >/dev/null || exit 1; done`, env, outputs: ['**/*.gcda'] };
}
