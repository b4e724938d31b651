import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { JudgeResult } from '../../src/client/print/judge.js';
import { openArtifacts } from '../../src/store/artifacts.js';
import { openStoreReader } from '../../src/store/reader.js';
import { samplesSchema } from '../../src/measure/stored-samples.js';
import { cli, jsonOf } from './cli.js';
import { startRun } from './runs.js';
import { makeTarget, sharedEngine } from './shared.js';
import { makesFast, proposer, waiting } from './target.js';

const engine = sharedEngine();

/** Prints a rate that follows from `const ms` of one source alone, and takes about that long. */
const script = `ms=$(sed -n 's/^const ms = \\([0-9]*\\);/\\1/p' "src/$1.js")
sleep "$(printf 0.%03d "$ms")"
echo "$1: $((100000 / ms))"
`;
const files = { 'bench/of.sh': script, 'src/parse.js': 'const ms = 40;\n', 'src/print.js': 'const ms = 50;\n' };
const fixed = '[verdict]\nprotocol = "fixed"\nwarmups = 0\nruns = 8\nbuilds = 1\nnoise_pairs = 4\n';
const benchmark = (name: string, run = `sh bench/of.sh ${name}`): string => `[[benchmarks]]\nname = "${name}"\nrun = '''${run}'''\n[[metrics]]\nname = "${name}"\nbenchmark = "${name}"\npattern = '${name}: ([0-9]+)'\ngoal = "max"\n`;

describe('judge with several benchmarks', () => {
  const target = makeTarget(() => files);
  const both = ['parse', 'print'].flatMap((name) => ['--benchmark', `${name}=sh bench/of.sh ${name}`, '--metric', `${name}=${name}: ([0-9]+)`]);

  it('from flags: one verdict about the mean of both, and samples of each in every pair', async () => {
    target.write({ 'src/parse.js': 'const ms = 10;\n' });
    const ended = await cli(engine, ['judge', '--repo', target.dir, '--base', 'main', '--json', ...both, '--goal', 'max']);
    const result = jsonOf(ended) as JudgeResult;
    expect(result).toMatchObject({ verdict: 'accepted', reasons: [{ code: 'faster' }] });
    // The geometric mean of 4 and 1.
    expect(result.ratio).toBeCloseTo(2, 9);
    expect(ended.code).toBe(0);

    const status = openStoreReader(engine.home)?.runStatus(result.run);
    expect(status?.evidence).toMatchObject({ benchmarks: [{ name: 'parse' }, { name: 'print' }], metrics: [{ name: 'parse', benchmark: 'parse' }, { name: 'print', benchmark: 'print' }] });
    const samples = status?.trials[0]?.samples;
    const { pairs } = samples ? await openArtifacts(engine.home.artifacts).getJson(samples, samplesSchema) : { pairs: [] };
    expect(pairs.length).toBeGreaterThanOrEqual(4 + 8);
    expect(await cli(engine, ['verdict', result.run])).toMatchObject({ code: 0, stdout: expect.stringContaining('accepted, and so say its samples: 2.000x') as string });
    for (const pair of pairs) expect(pair).toMatchObject({ a: { ok: true, metrics: { parse: 2500, print: 2000 }, parts: { parse: {}, print: {} } }, b: { metrics: { parse: 10_000, print: 2000 } } });
  });

  it('a gain of one is no gain where another got worse', async () => {
    const config = join(target.outside, 'several.toml');
    writeFileSync(config, `${fixed}${benchmark('parse')}${benchmark('print')}`);
    target.write({ 'src/parse.js': 'const ms = 10;\n', 'src/print.js': 'const ms = 60;\n' });
    const ended = await cli(engine, ['judge', '--repo', target.dir, '--base', 'main', '--json', '--config', config]);
    expect(jsonOf(ended)).toMatchObject({ verdict: 'rejected', reasons: [{ code: 'guard-worse', text: expect.stringContaining('print is 16.7% lower') as string }] });
    expect(ended.code).toBe(3);
  });

  it('one that cannot be measured is named', async () => {
    const config = join(target.outside, 'broken.toml');
    writeFileSync(config, `${fixed}${benchmark('parse')}${benchmark('print', 'echo no paper >&2; exit 4')}`);
    const ended = await cli(engine, ['judge', '--repo', target.dir, '--base', 'main', '--json', '--config', config]);
    expect(jsonOf(ended)).toMatchObject({ error: { code: 'PL_BENCHMARK_FAILED', message: expect.stringContaining('print: it ended with exit code 4') as string, where: expect.stringContaining('benchmarks: parse: sh bench/of.sh parse; print: echo no paper') as string } });
    expect(ended.code).toBe(2);
  });
});

describe('a run with several benchmarks', () => {
  const target = makeTarget((outside) => ({
    'src/parse.js': waiting('parse', 40),
    'src/print.js': waiting('print', 30),
    'bench/parse.js': "require('../src/parse.js').parse();\n",
    'bench/print.js': "require('../src/print.js').print();\n",
    'bench/of.sh': `${script.trimEnd()}\nnode "bench/$1.js"\n`,
    'perfloop.toml': `[loop]\nrounds = 1\n[propose]\nrecipes = false\nscript = "node ${proposer(outside, `if (name === 'parse') { ${makesFast} }`)}"\n${fixed}final_pairs = 10\n${benchmark('parse')}${benchmark('print')}`,
  }));

  it('profiles each of them, and accepts what makes one faster and leaves the other as it was', async () => {
    const status = await (await startRun(engine, target)).result();
    const accepted = status.trials.filter((trial) => trial.state === 'decided' && trial.verdict?.kind === 'accepted');
    expect(accepted.map(({ candidate }) => candidate.file)).toEqual(['src/parse.js']);
    // Hot in one benchmark each: both were profiled.
    expect(status.findings).toBeGreaterThanOrEqual(2);
    expect(status.final?.metrics.map(({ name, base, champion }) => [name, base, champion])).toEqual([['parse', 2500, 50_000], ['print', 3333, 3333]]);
  });
});
