import { describe, expect, it } from 'vitest';
import { benchmarksOf, benchmarksText, judgingCommands } from '../../../src/core/config/benchmarks.js';
import { parseConfig } from '../../../src/core/config/parse.js';
import { problemsOf } from './problems-of.js';

const service = '[service]\nstart = "node server.js"\nready = "node bench/ready.js"\nload = "node bench/load.js"\n';

describe('[service]', () => {
  it('is measured by the time of its load, with its CPU time as a guard', () => {
    const config = parseConfig(service, 'perfloop.toml');
    expect(config.metrics.map(({ name, primary, pattern }) => [name, primary, pattern])).toEqual([['load', true, '^service load: ([0-9.]+) ms$'], ['service cpu', false, '^service cpu: ([0-9.]+) ms$']]);
    expect(benchmarksOf(config)).toHaveLength(1);
  });

  it('takes the metrics that are given in place of its own', () => {
    expect(parseConfig(`${service}[[metrics]]\nname = "p99"\npattern = 'p99 ([0-9.]+)'`, 'perfloop.toml').metrics.map(({ name }) => name)).toEqual(['p99']);
  });

  it('is under judgement, and its load is not', () => {
    const { benchmark } = judgingCommands(parseConfig(service, 'perfloop.toml'));
    expect(benchmark?.run).toContain('bench/load.js');
    expect(benchmark?.run).not.toContain('server.js');
  });

  it('is named by its commands, not by the script around them', () => {
    expect(benchmarksText(parseConfig(service, 'perfloop.toml'))).toBe('node server.js; load: node bench/load.js');
  });

  it('excludes a benchmark', () => {
    expect(problemsOf(`commands.benchmark = "x"\n${service}`)).toEqual([expect.stringContaining('service: there is a `benchmark` in [commands] too')]);
    expect(problemsOf(`${service}[[benchmarks]]\nname = "a"\nrun = "x"`)).toEqual([expect.stringContaining('service: there are [[benchmarks]] too')]);
  });
});
