import { posix } from 'node:path';
import type { Knob, KnobTraining } from '../../core/knobs/knob.js';
import { shellWord } from '../../core/shell-word.js';
import { toSpanEdits } from '../span-edits.js';
import { starting } from './commands.js';
import type { KnobContext } from './finder.js';

const rationale = 'Go inlines calls and calls methods directly where a profile says that it pays, when default.pgo lies beside main (Go, Profile-guided optimization: 2 to 14% less CPU time).';
const caution = 'The profile is a binary file in the repository, made from one run of the training; make it anew when the program has changed much.';

/** A profile beside the main package that the commands build, which `go build` finds by itself. */
export function goProfileKnobs({ tree, commands, training }: KnobContext): Knob[] {
  const mains = new Set(commands.flatMap(({ cwd, texts }) => starting(/^(?:\S*\/)?go$/, texts).flatMap((words) => packagesOf(words).map((name) => posix.join(cwd, name)))));
  return [...mains].flatMap((folder): Knob[] => {
    const main = tree.files.map(({ path }) => path).find((path) => posix.dirname(path) === folder && path.endsWith('.go') && !path.endsWith('_test.go') && mainFunction.test(tree.text(path) ?? ''));
    const profile = posix.join(folder, 'default.pgo');
    if (main === undefined || tree.has(profile)) return [];
    return [{
      id: folder === '.' ? 'go-profile' : `go-profile@${folder}`, kind: 'profile-guided', title: 'A build of Go that a profile guides', rationale, current: 'no default.pgo', file: main, line: 1, language: 'go',
      settings: training === null ? [] : [{ value: 'default.pgo', place: { kind: 'patch', edits: [] }, caution, train: trained(main, tree.text(main) ?? '', profile, training) }],
    }];
  });
}

const mainFunction = /^func main\(\) \{/m;

/** The packages that `go build` names; a pattern of several (`./...`) has no main of its own. */
function packagesOf(words: readonly string[]): string[] {
  const at = words.findIndex((word) => word === 'build' || word === 'install' || word === 'run');
  if (at === -1 || words.some((word) => word.startsWith('-pgo'))) return [];
  const rest = words.slice(at + 1);
  const named = rest.filter((word, index) => !word.startsWith('-') && rest[index - 1] !== '-o').map((word) => (word.endsWith('.go') ? posix.dirname(word) : word));
  return named.length === 0 ? ['.'] : named.filter((word) => /^\.{0,2}(?:\/|$)|^\w/.test(word) && !word.includes('...'));
}

const folder = '.perfloop-training';

/** One sample of 10 ms is little, so the training runs several times, and its profiles are put together. */
function trained(main: string, text: string, profile: string, { run, env }: NonNullable<KnobContext['training']>): KnobTraining {
  const clause = /^package main\b[^\n]*$/m.exec(text);
  const start = mainFunction.exec(text);
  if (clause === null || start === null) throw new Error(`${main} has no main`);
  const [imports, body] = [clause.index + clause[0].length, start.index + start[0].length];
  return {
    edits: toSpanEdits(main, text, [
      { start: imports, end: imports, text: '\n\nimport (\n\tperfloopOs "os"\n\tperfloopPprof "runtime/pprof"\n)' },
      { start: body, end: body, text: '\n\tif f, err := perfloopOs.CreateTemp(perfloopOs.Getenv("PERFLOOP_TRAINING"), "cpu-"); err == nil && perfloopPprof.StartCPUProfile(f) == nil {\n\t\tdefer f.Close()\n\t\tdefer perfloopPprof.StopCPUProfile()\n\t}' },
    ]),
    prepare: '',
    run: [
      `mkdir -p ${folder} && PERFLOOP_TRAINING="$PWD/${folder}" && export PERFLOOP_TRAINING`,
      `for pass in 1 2 3 4 5 6 7 8 9 10; do (\n${run}\n) >/dev/null || exit 1; done`,
      // What ends by os.Exit leaves an empty file.
      `find ${folder} -name 'cpu-*' -empty -delete`,
      `go tool pprof -proto ${folder}/cpu-* > ${shellWord(profile)}`,
    ].join('\n'),
    env,
    outputs: [profile],
  };
}
