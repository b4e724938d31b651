import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { applyEdits } from '../../../src/core/candidates/apply-edits.js';
import { parseConfig } from '../../../src/core/config/parse.js';
import { sha256 } from '../../../src/propose/hash.js';
import { lookForKnobs } from '../../../src/propose/knobs/find.js';
import { found, knobOf, missing, removeAfterwards, settingOf } from './fixture.js';

removeAfterwards();

const main = '// Says sums.\npackage main // the program\n\nimport "fmt"\n\nfunc main() {\n\tfmt.Println(1)\n}\n';
const files = { 'go.mod': 'module x\n', 'cmd/sum/main.go': main, 'cmd/sum/main_test.go': 'package main\n\nfunc main() {\n}\n', 'lib/lib.go': 'package lib\n' };
const config = (build: string, more: string): string => `[commands]\nbuild = "${build}"\nbenchmark = "./sum 7"\n${more}`;
const train = '[propose.knobs]\ntrain = "./sum 8"\n';

test.skipIf(missing('gofmt'))('a main package of Go is trained by a main that writes a profile, and nothing of that is in the candidate', async () => {
  const of = await found(files, config('go build -trimpath -o sum ./cmd/sum', train));
  expect(knobOf(of, 'go-profile@cmd/sum')).toMatchObject({ kind: 'profile-guided', file: 'cmd/sum/main.go' });
  const setting = settingOf(of, 'go-profile@cmd/sum', 'default.pgo');
  expect(setting).toMatchObject({ place: { kind: 'patch', edits: [] }, train: { outputs: ['cmd/sum/default.pgo'], run: expect.stringContaining('./sum 8') as string } });
  const writing = applyEdits(main, setting.train?.edits ?? [], sha256);
  expect(execFileSync('gofmt', ['-e'], { input: writing, encoding: 'utf8' })).toMatch(/^package main \/\/ the program\n\nimport \(\n\tperfloopOs "os"\n[\s\S]*\nfunc main\(\) \{\n\tif f, err := perfloopOs\.CreateTemp\(/m);
});

test('is left alone where it has a profile, is built without, or is a pattern of packages', async () => {
  const profiles = async (changed: Record<string, string>, build: string) => (await found({ ...files, ...changed }, config(build, train))).knobs.filter(({ kind }) => kind === 'profile-guided');
  expect(await profiles({ 'cmd/sum/default.pgo': 'x' }, 'go build ./cmd/sum')).toEqual([]);
  expect(await profiles({}, 'go build -pgo=off ./cmd/sum')).toEqual([]);
  expect(await profiles({}, 'go build ./...')).toEqual([]);
  expect(await profiles({ Makefile: 'CC = clang\nCFLAGS = -O2\nsum: a.c\n\t$(CC) $(CFLAGS) a.c\n' }, 'make')).toEqual([]);
});

test('nothing is trained on what it is judged by, nor is it by one of several benchmarks', async () => {
  const of = await found(files, config('go build -o sum ./cmd/sum', ''));
  expect(of.knobs.filter(({ kind }) => kind === 'profile-guided')).toEqual([]);
  const { left } = await lookForKnobs({ worktree: of.root, config: parseConfig(config('go build -o sum ./cmd/sum', ''), 'perfloop.toml') });
  expect(left).toEqual([{ id: 'go-profile@cmd/sum', kind: 'profile-guided', value: '', why: expect.stringContaining('propose.knobs.train') as string }]);
  const several = await found(files, '[commands]\nbuild = "go build -o sum ./cmd/sum"\n[[benchmarks]]\nname = "small"\nrun = "../sum 7"\ncwd = "out"\n[[benchmarks]]\nname = "large"\nrun = "./sum 900"\n');
  expect(several.knobs.filter(({ kind }) => kind === 'profile-guided')).toEqual([]);
});
