import { describe, expect, test } from 'vitest';
import { found, knobOf, missing, removeAfterwards, run, settingOf, turn } from './fixture.js';

removeAfterwards();

const config = '[commands]\nbuild = "make prog"\nbenchmark = "./prog"\n';
const makefile = `CC ?= gcc
CFLAGS = -std=c11 -Wall -O1 \\
\t-g   # not -O0
DEBUG_FLAGS = -O0 -g
LDFLAGS = -lm -Wl,-O1

ifdef DEBUG
CFLAGS += -Og
endif

prog: main.c twice.c
\t$(CC) $(CFLAGS) -O1 -o $@ $^ $(LDFLAGS)

fetch:
\tcurl -O example.tar
`;
const code = { 'main.c': '#include <stdio.h>\nint twice(int);\nint main(int c, char **v) { (void)v; printf("%d%s\\n", twice(c), OPT); return 0; }\n'.replace('OPT', '"x"'), 'twice.c': 'int twice(int x) { return 2 * x; }\n' };

describe('a Makefile', () => {
  test('is turned where it is released, and nothing else of the file is', async () => {
    const of = await found({ Makefile: makefile }, config);
    expect(knobOf(of, 'makefile-optimisation')).toMatchObject({ current: '-O1', file: 'Makefile', line: 2 });
    expect(turn(of, 'makefile-optimisation', '-O3')).toBe(makefile.replace('-Wall -O1', '-Wall -O3').replace(') -O1', ') -O3'));
  });

  test('keeps its line ends', async () => {
    const of = await found({ Makefile: makefile.replaceAll('\n', '\r\n') }, config);
    expect(turn(of, 'makefile-machine', '-march=native')).toBe(makefile.replace('-Wall -O1', '-Wall -O1 -march=native').replace(') -O1', ') -O1 -march=native').replaceAll('\n', '\r\n'));
  });

  test.skipIf(missing('make', 'gcc', 'nm'))('is optimised at link time when it says so', async () => {
    const of = await found({ Makefile: makefile, ...code }, config);
    run(of, 'make prog');
    expect(run(of, 'nm prog')).toMatch(/ T twice$/m);
    turn(of, 'makefile-link-time', '-flto=auto');
    expect(run(of, 'make -B prog')).toContain('-O1 -flto=auto -o prog');
    expect(run(of, 'nm prog')).not.toMatch(/ twice$/m);
    expect(run(of, './prog')).toBe('2x\n');
  });

  test('of no level gets one at the end of its flags, also of empty ones', async () => {
    const of = await found({ Makefile: 'CFLAGS ?=\nCXXFLAGS := -Wall # all\nprog: main.c\n\t$(CC) $(CFLAGS) -o $@ $<\n' }, config);
    expect(knobOf(of, 'makefile-optimisation').current).toBe('default');
    expect(turn(of, 'makefile-optimisation', '-O2')).toBe('CFLAGS ?= -O2\nCXXFLAGS := -Wall -O2 # all\nprog: main.c\n\t$(CC) $(CFLAGS) -o $@ $<\n');
  });

  test('is read with what it includes, in the folder that make goes to', async () => {
    const of = await found({ 'native/Makefile': 'include flags.mk\nprog:\n\t$(CC) $(CFLAGS) -o $@ main.c\n', 'native/flags.mk': 'CFLAGS=-O2 -march=x86-64-v2\n', 'Makefile': 'CFLAGS=-O1\n' }, '[commands]\nbuild = "make -C native prog"\nbenchmark = "native/prog"\n');
    expect(of.knobs.map(({ id, file }) => `${id} ${file}`)).toEqual(['makefile-optimisation@native native/flags.mk', 'makefile-link-time@native native/flags.mk', 'makefile-fast-math@native native/flags.mk']);
  });

  test('is followed to the folders that it goes to, with what is set on the way; what it says in words is no command', async () => {
    const top = '# Try: make CFLAGS=-O0 DEBUG=1\nall:\n\tcd src && $(MAKE) $@ OPT=-O1\n\t$(MAKE) -C deps/lib static\n\t@echo "run make test"\n';
    const of = await found({ Makefile: top, 'src/Makefile': 'OPT ?= -O2\nCFLAGS ?= -std=c99 $(OPT)\nall:\n\t$(CC) $(CFLAGS) a.c\n', 'deps/lib/Makefile': 'CFLAGS = -O2\nstatic:\n\t$(CC) -c $(CFLAGS) b.c\n' }, '[commands]\nbuild = "make all"\nbenchmark = "./a.out"\n');
    expect(of.knobs.filter(({ id }) => id.includes('optimisation')).map(({ file, line, current }) => `${file}:${line} ${current}`)).toEqual(['deps/lib/Makefile:1 -O2', 'src/Makefile:2 default']);
  });

  test('and what it includes have knobs of their own, each with its name', async () => {
    const of = await found({ Makefile: 'include flags.mk\nCXXFLAGS = -O1\n', 'flags.mk': 'CFLAGS = -O2\n' }, '[commands]\nbuild = "make"\nbenchmark = "./a.out"\n');
    expect(of.knobs.filter(({ id }) => id.includes('optimisation')).map(({ id }) => id)).toEqual(['makefile-optimisation:Makefile', 'makefile-optimisation:flags.mk']);
  });

  test('is asked for another precision as what it is', async () => {
    const of = await found({ Makefile: makefile }, config);
    expect(settingOf(of, 'makefile-fast-math', '-ffast-math')).toMatchObject({ changesResults: 'precision' });
    expect(settingOf(of, 'makefile-machine', '-march=native')).toMatchObject({ changesResults: 'rounding' });
    expect(settingOf(of, 'makefile-machine', '-march=native -ffp-contract=off').changesResults).toBeUndefined();
  });

  test('says that results may differ where the compiler may order sums as it likes, and off x86-64', async () => {
    const differing = async (flags: string, arch = 'x64') => (await found({ Makefile: `CFLAGS = ${flags}\nprog: main.c\n\t$(CC) $(CFLAGS) -o $@ $<\n` }, config, { arch })).knobs.flatMap(({ settings }) => settings.filter(({ changesResults }) => changesResults === 'rounding').map(({ value }) => value));
    expect(await differing('-O1')).toEqual(['-march=native']);
    expect(await differing('-O1', 'arm64')).toEqual(['-march=native', '-march=native -ffp-contract=off']);
    expect(await differing('-O1 -ffp-contract=fast')).toEqual(['-O3', '-O2', '-march=native', '-march=native -ffp-contract=off', '-flto=auto']);
    expect(await differing('-Ofast')).toEqual(['-O3', '-O2', '-march=native', '-march=native -ffp-contract=off', '-flto=auto']);
    // Also where only the command says it, which no candidate changes.
    for (const build of ['build = "make prog OPT=-ffast-math"', 'build = { run = "make prog", env = { OPT = "-g -Ofast" } }']) {
      const of = await found({ Makefile: makefile }, `[commands]\n${build}\nbenchmark = "./prog"\n`);
      expect(settingOf(of, 'makefile-optimisation', '-O3')).toMatchObject({ changesResults: 'rounding', caution: expect.stringMatching(/^A command sets -(?:ffast-math|Ofast): /) as string });
      expect(settingOf(of, 'makefile-fast-math', '-ffast-math').changesResults).toBe('precision');
    }
  });

  test('is left alone in what measures by its name', async () => {
    const own = 'CFLAGS = -O1\nBENCH_FLAGS = -O1\nperf: CFLAGS += -O1\nprog: main.c loader.c\n\t$(CC) $(CFLAGS) -o $@ $^\n';
    const text = `${own}\nrun-bench \\\n  all-tests: bench.c\n\tgcc -O1 -o $@ $<\n`;
    expect(turn(await found({ Makefile: text }, config), 'makefile-optimisation', '-O3')).toBe(text.replace('-O1', '-O3'));
  });

  test('is left alone where the command sets the variable, and where no command runs make', async () => {
    const files = { Makefile: 'CFLAGS = -O1\nprog: main.c\n\t$(CC) $(CFLAGS) -o $@ $<\n' };
    expect((await found(files, '[commands]\nbuild = "make prog CFLAGS=-O2"\nbenchmark = "./prog"\n')).knobs).toEqual([]);
    expect((await found(files, '[commands]\nbuild = "gcc main.c"\nbenchmark = "./a.out"\n')).knobs).toEqual([]);
  });
});
