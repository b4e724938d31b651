import { describe, expect, test } from 'vitest';
import { found, knobOf, removeAfterwards, settingOf, turn } from './fixture.js';

removeAfterwards();

const declared = (lines: string): string => `[commands]\nbenchmark = "./prog"\n[[knobs]]\nname = "block"\n${lines}\n`;
const inFile = declared(String.raw`file = "./src/size.h"
pattern = '^#define BLOCK (\d+)'
range = [16, 256]
scale = "log"
step = 4`);
const header = '#define BLOCK 64 // not BLOCK 16\n#define OTHER 1\n';

describe('a declared knob', () => {
  test('in a file replaces what its pattern captures, and offers what is not there already', async () => {
    const of = await found({ 'src/size.h': header }, inFile);
    expect(knobOf(of, 'declared-block')).toMatchObject({ kind: 'declared', current: '64', file: 'src/size.h', line: 1 });
    expect(knobOf(of, 'declared-block').settings.map(({ value }) => value)).toEqual(['16', '256']);
    expect(turn(of, 'declared-block', '256')).toBe(header.replace('64', '256'));
  });

  test('may stand in a file that is protected otherwise, but not in a test or what the user protects', async () => {
    const config = (file: string, target = '') => `${target}${declared(`file = "${file}"\npattern = 'BLOCK=(\\d+)'\nchoices = [1, 2]`)}`;
    expect((await found({ Makefile: 'X = -DBLOCK=1\n' }, config('Makefile'))).knobs).toHaveLength(1);
    expect((await found({ 'test/x.mk': 'X = -DBLOCK=1\n' }, config('test/x.mk'))).knobs).toEqual([]);
    expect((await found({ Makefile: 'X = -DBLOCK=1\n' }, config('Makefile', '[target]\nprotected = ["Makefile"]\n'))).knobs).toEqual([]);
  });

  test('in the environment is a variable', async () => {
    const of = await found({ 'a.c': '' }, declared('env = "BATCH"\nchoices = [1, 8, "auto"]\nchanges_results = "rounding"').replace('"./prog"', '{ run = "./prog", env = { BATCH = "8" } }'));
    expect(knobOf(of, 'declared-block')).toMatchObject({ current: '8', settings: [{ value: '1', place: { set: { BATCH: '1' } }, changesResults: 'rounding' }, { value: 'auto' }] });
    expect(settingOf(of, 'declared-block', 'auto').place).toEqual({ kind: 'environment', set: { BATCH: 'auto' } });
  });

  test.each<[string, Record<string, string>, string, string]>([
    ['PL_KNOB_MATCH', { 'src/size.h': '#define SIZE 1\n' }, inFile, 'matches nothing in src/size.h'],
    ['PL_KNOB_MATCH', { 'src/size.h': `${header}#define BLOCK 1\n` }, inFile, 'more than once in src/size.h, in lines 1 and 3'],
    ['PL_KNOB_FILE', { 'a.h': '' }, inFile, 'no text file of the repository'],
    ['PL_KNOB_ENV', { 'a.h': '' }, declared('env = "BATCH"\nchoices = [1, 2]').replace('"./prog"', '"BATCH=4 ./prog"'), 'sets BATCH itself'],
  ])('that cannot be turned is the error %s', async (code, files, config, message) => {
    await expect(found(files, config)).rejects.toMatchObject({ code, message: expect.stringContaining(message) as string, where: '[[knobs]] block' });
  });
});
