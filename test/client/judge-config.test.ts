import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { contextFrom, type CliContext } from '../../src/client/context.js';
import { knobSearchOf } from '../../src/core/config/knob-search.js';
import { judgeConfig, type JudgeFlags } from '../../src/client/judge-config.js';

let dir: string;
let context: CliContext;
const config = (flags: JudgeFlags) => judgeConfig(context, dir, 'HEAD', flags);

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'perfloop-judge-'));
  context = { ...contextFrom({}), cwd: dir };
  await execa('git', ['init', '--quiet', dir]);
  await commit();
});

afterEach(async () => {
  await rm(dir, { recursive: true, force: true });
});

const commit = async () => {
  await execa('git', ['add', '--all'], { cwd: dir });
  await execa('git', ['-c', 'user.name=a', '-c', 'user.email=a@localhost', 'commit', '--quiet', '--allow-empty', '-m', 'x'], { cwd: dir });
};

describe('the config of a judgement', () => {
  it('measures the wall time of a benchmark where no metric is named', async () => {
    const made = await config({ benchmark: ['./bench'] });
    expect(made.commands.benchmark?.run).toBe('./bench');
    expect(made.metrics).toEqual([]);
  });

  it('reads a metric that the benchmark prints, also one whose pattern holds =', async () => {
    const made = await config({ benchmark: ['./bench'], metric: ['ops=rate=([0-9.]+)'], goal: 'max' });
    expect(made.metrics).toMatchObject([{ name: 'ops', pattern: 'rate=([0-9.]+)', goal: 'max' }]);
  });

  it('takes less for better unless it is told', async () => {
    expect((await config({ benchmark: ['./bench'], metric: ['ms=([0-9]+) ms'] })).metrics[0]?.goal).toBe('min');
  });

  it('takes the commands and the smallest gain', async () => {
    const made = await config({ benchmark: ['./bench'], test: 'make test', build: 'make', setup: 'make deps', minGain: 0.05 });
    expect(made.commands.test?.run).toBe('make test');
    expect(made.commands.build?.run).toBe('make');
    expect(made.target.setup?.run).toBe('make deps');
    expect(made.verdict.min_gain).toBe(0.05);
  });

  it('takes several benchmarks by their names, each with its own metric where one is named', async () => {
    const made = await config({ benchmark: ['parse=FAST=1 node p.js', 'print=node q.js'], metric: ['print=ops=([0-9.]+)'], goal: 'max' });
    expect(made.commands.benchmark).toBeUndefined();
    expect(made.benchmarks).toMatchObject([{ name: 'parse', run: 'FAST=1 node p.js' }, { name: 'print', run: 'node q.js' }]);
    expect(made.metrics).toMatchObject([{ name: 'print', benchmark: 'print', pattern: 'ops=([0-9.]+)', goal: 'max' }]);
  });

  it('takes the one benchmark for a command, whatever stands before an =', async () => {
    expect((await config({ benchmark: ['FAST=1 node p.js'] })).commands.benchmark?.run).toBe('FAST=1 node p.js');
  });

  it.each([
    ['no name', { benchmark: ['a=x', 'node y.js'] }, 'each must be NAME=CMD'],
    ['no command', { benchmark: ['a=x', 'b='] }, 'each must be NAME=CMD'],
    ['a metric of none of them', { benchmark: ['a=x', 'b=y'], metric: ['c=(c)'] }, 'that of the benchmark which prints it: a, b'],
    ['several metrics of one', { benchmark: ['x'], metric: ['c=(c)', 'd=(d)'] }, 'can be given once for one benchmark'],
  ])('refuses several benchmarks with %s', async (_what, flags, text) => {
    await expect(config(flags)).rejects.toMatchObject({ code: 'PL_USAGE', message: expect.stringContaining(text) as string });
  });

  it('refuses two benchmarks or metrics of one name', async () => {
    await expect(config({ benchmark: ['a=x', 'a=y'] })).rejects.toMatchObject({ code: 'PL_CONFIG_INVALID' });
    await expect(config({ benchmark: ['a=x', 'b=y'], metric: ['a=(c)', 'a=(d)'] })).rejects.toMatchObject({ code: 'PL_CONFIG_INVALID' });
  });

  it('uses the perfloop.toml of the folder, with flags on top of it', async () => {
    await writeFile(join(dir, 'perfloop.toml'), '[commands]\nbenchmark = "node b.js"\ntest = "npm test"\n[target]\nlink = ["data"]\n');
    const made = await config({ test: 'true' });
    expect(made.commands.benchmark?.run).toBe('node b.js');
    expect(made.commands.test?.run).toBe('true');
    expect(made.target.link).toEqual(['data']);
  });

  it('is that of the base, whatever the change makes of it', async () => {
    await writeFile(join(dir, 'perfloop.toml'), '[commands]\nbenchmark = "node b.js"\ntest = "npm test"\n');
    await commit();
    await writeFile(join(dir, 'perfloop.toml'), '[commands]\nbenchmark = "true"\n');
    const made = await config({});
    expect(made.commands.benchmark?.run).toBe('node b.js');
    expect(made.commands.test?.run).toBe('npm test');
  });

  it('lets nobody turn settings in protected files, whatever the base says of knobs', async () => {
    await writeFile(join(dir, 'perfloop.toml'), '[commands]\nbenchmark = "node b.js"\n[propose.knobs]\ntrain = "node t.js"\n[[knobs]]\nname = "x"\nenv = "X"\nchoices = [1, 2]\n');
    await commit();
    const made = await config({});
    expect(knobSearchOf(made)).toBeNull();
    expect(made.knobs).toEqual([]);
  });

  it('is the nearest one of the base, in a folder of a monorepo too, and says where the working tree has another', async () => {
    const inner = join(dir, 'packages', 'a');
    await mkdir(join(inner, 'src'), { recursive: true });
    await writeFile(join(dir, 'perfloop.toml'), '[commands]\nbenchmark = "node top.js"\n');
    await writeFile(join(inner, 'perfloop.toml'), '[commands]\nbenchmark = "node b.js"\n[verdict]\nmin_gain = 0.05\n');
    await commit();
    const from = async (folder: string) => {
      const said: string[] = [];
      return { config: await judgeConfig(context, folder, 'HEAD', {}, (text) => void said.push(text)), said };
    };
    expect((await from(inner)).said).toEqual([]);
    await writeFile(join(inner, 'perfloop.toml'), '[commands]\nbenchmark = "node fake.js"\n[verdict]\nmin_gain = 0.001\n[approval]\nmode = "never"\n');
    for (const folder of [inner, join(inner, 'src')]) {
      const { config: made, said } = await from(folder);
      expect(made).toMatchObject({ commands: { benchmark: { run: 'node b.js' } }, verdict: { min_gain: 0.05 }, approval: { mode: 'risky' } });
      expect(said).toEqual([expect.stringContaining("The base's packages/a/perfloop.toml") as string]);
    }
    // One that the change adds is none of the base's.
    await mkdir(join(dir, 'packages', 'b'));
    await writeFile(join(dir, 'packages', 'b', 'perfloop.toml'), '[commands]\nbenchmark = "node fake.js"\n');
    expect((await from(join(dir, 'packages', 'b'))).config.commands.benchmark?.run).toBe('node top.js');
  });

  it('is that of the working tree only where the base has none, and says so', async () => {
    await writeFile(join(dir, 'perfloop.toml'), '[commands]\nbenchmark = "node b.js"\n');
    const said: string[] = [];
    expect((await judgeConfig(context, dir, 'HEAD', {}, (text) => void said.push(text))).commands.benchmark?.run).toBe('node b.js');
    expect(said).toEqual([expect.stringContaining('The base has no perfloop.toml') as string]);
  });

  it('refuses flags that contradict each other', async () => {
    await expect(config({ benchmark: ['b'], config: 'x.toml' })).rejects.toMatchObject({ code: 'PL_USAGE' });
    await expect(config({ metric: ['a=(b)'] })).rejects.toMatchObject({ code: 'PL_USAGE' });
    await expect(config({ benchmark: ['b'], goal: 'max' })).rejects.toMatchObject({ code: 'PL_USAGE' });
    await expect(config({ benchmark: ['b'], metric: ['noname'] })).rejects.toMatchObject({ code: 'PL_USAGE' });
  });

  it('refuses a bad pattern with the reason, as a config would', async () => {
    await expect(config({ benchmark: ['b'], metric: ['ops=('] })).rejects.toMatchObject({ code: 'PL_CONFIG_INVALID', where: 'the command line' });
  });

  it('says how to get a config where there is none', async () => {
    await expect(config({})).rejects.toMatchObject({ code: 'PL_NO_CONFIG', where: dir });
    await expect(config({ config: 'absent.toml' })).rejects.toMatchObject({ code: 'PL_CONFIG_UNREADABLE' });
  });

  it('tells flags without quarantining for them where it is asked to', async () => {
    expect((await config({ benchmark: ['true'] })).approval.mode).toBe('risky');
    expect((await config({ benchmark: ['true'], approval: 'never' })).approval.mode).toBe('never');
  });
});
