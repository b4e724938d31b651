import { basename } from 'node:path';
import type { Knob } from '../../core/knobs/knob.js';
import { environmentPlace, isFixed, setTo } from './environment.js';
import type { KnobContext } from './finder.js';
import { sourcesOf } from './source-numbers.js';

/** Programs of these languages allocate by the malloc of the C library. */
const allocating = /\.(?:c|cc|cpp|cxx|py)$/;

/** Other allocators of this machine, for programs that use malloc. */
export function allocatorKnobs(context: KnobContext): Knob[] {
  const { commands, machine } = context;
  const shown = sourcesOf(context, allocating).find(({ code }) => /\b(?:malloc|calloc|realloc)\s*\(|\bnew\b|\bstd::|^[ \t]*(?:import|from) (?:numpy|torch|pandas)\b/m.test(code));
  const own = sourcesOf(context, /(?:\.(?:c|cc|cpp|cxx|rs)|Cargo\.toml|CMakeLists\.txt|Makefile)$/).some(({ code }) => /jemalloc|mimalloc|tcmalloc|#\[global_allocator\]/.test(code));
  if (shown === undefined || own || isFixed('LD_PRELOAD', commands)) return [];
  const given = setTo('LD_PRELOAD', commands);
  return [{
    id: 'allocator',
    kind: 'allocator',
    title: 'Allocator of memory',
    rationale: 'jemalloc, mimalloc and tcmalloc keep free blocks for each thread, which is faster than the malloc of glibc for many small ones, and may take more memory.',
    current: given ?? 'default',
    file: shown.file,
    line: 1,
    language: shown.file.endsWith('.py') ? 'python' : 'cpp',
    settings: machine.allocators.filter((path) => given?.includes(path) !== true).map((path) => ({
      value: basename(path).replace(/^lib/, '').replace(/\.so.*$/, ''),
      place: environmentPlace(context, { LD_PRELOAD: given === undefined ? path : `${path}:${given}` }),
      caution: 'The library has to be where the program runs, at this path.',
    })),
  }];
}
