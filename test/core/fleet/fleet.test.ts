import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { PerfloopError } from '../../../src/core/errors.js';
import { cannotBeMet, loadOf, notServed, outlasted } from '../../../src/core/fleet/load.js';
import { parseFleet, type Fleet } from '../../../src/core/fleet/parse.js';
import { changesOf, type StoredSchedule } from '../../../src/core/fleet/schedules.js';

const read = (text: string): Fleet => parseFleet(text, { file: 'fleet.toml', absolute: (path) => resolve('/work/fleet', path) });
const head = '[fleet]\nname = "nightly"\n';
const target = (name: string, more = ''): string => `[[targets]]\nname = "${name}"\nrepository = "https://git.example.org/${name}.git"\n${more}`;

function problems(text: string): readonly string[] {
  try {
    read(text);
  } catch (error) {
    if (error instanceof PerfloopError && error.code === 'PL_FLEET_INVALID') return error.problems;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('a fleet file', () => {
  test('targets have what the defaults say where they say nothing', () => {
    const { targets } = read(`${head}[defaults]\ncadence = "hourly"\npriority = 5\noverrides.loop.rounds = 1\noverrides.verdict.min_gain = 0.1\n${target('one', 'priority = 1\noverrides.loop.rounds = 2\n')}${target('two')}`);
    expect(targets.map(({ cadence, priority, weight, pauseAfter }) => ({ cadence, priority, weight, pauseAfter }))).toEqual([{ cadence: 'hourly', priority: 1, weight: 1, pauseAfter: 3 }, { cadence: 'hourly', priority: 5, weight: 1, pauseAfter: 3 }]);
    expect(targets[0]?.overrides).toEqual({ loop: { rounds: 2 }, verdict: { min_gain: 0.1 } });
  });

  test('a path is relative to the file, a URL stays as it is', () => {
    const { targets } = read(`${head}[[targets]]\nname = "a"\nrepository = "../a"\n[[targets]]\nname = "b"\nrepository = "git@example.org:b.git"\n`);
    expect(targets.map(({ repository }) => repository)).toEqual(['/work/a', 'git@example.org:b.git']);
  });

  test('everything that is wrong is told at once, each with its line', () => {
    expect(problems(`${head}${target('one')}${target('one', 'cadense = "hourly"\n')}[[targets]]\nname = "Two"\nrepository = "https://me:secret@example.org/two"\ncadence = "nightly"\n`)).toEqual([
      expect.stringMatching(/^fleet\.toml:7: targets\[1\]\.name: one is there already, as target 1/),
      expect.stringMatching(/^fleet\.toml:9: targets\[1\]\.cadense: unknown key; did you mean cadence\?/),
      expect.stringMatching(/^fleet\.toml:11: targets\[2\]\.name: must be lower-case/),
      expect.stringMatching(/^fleet\.toml:12: targets\[2\]\.repository: holds a user or a password.*credential helper/),
      expect.stringMatching(/^fleet\.toml:13: targets\[2\]\.cadence: must be `daily at 02:30`/),
    ]);
  });

  test('a bound of a phase that no run is ever in is refused, with the phases that there are', () => {
    const said = problems(`${head}${target('one')}[alerts.phase_p95]\nexecute = "2h"\nexceute = "2h"\n`);
    expect(said).toEqual([expect.stringMatching(/^fleet\.toml:8: alerts\.phase_p95\.exceute: no phase of a run; there are start, warmup, profile, analyze, optimize, execute, learn, command, ablation, approval, final, publish, finish; did you mean execute\?/)]);
    expect(problems(`${head}${target('one')}[alerts.phase_p95]\ntest = "2h"\n`)).toEqual([expect.stringContaining('alerts.phase_p95.test')]);
  });

  test('the same branch of one repository is no second target, however its URL is written', () => {
    const again = `[[targets]]\nname = "again"\nrepository = "http://git.example.org/one/"\n`;
    expect(problems(`${head}${target('one')}${again}`)).toEqual([expect.stringMatching(/targets\[1\]\.repository: is the same repository, branch and config as target 1/)]);
    expect(read(`${head}${target('one')}${again}branch = "next"\n`).targets).toHaveLength(2);
  });

  test('a day that never comes, too short a distance and a time zone that is none are refused', () => {
    const said = (more: string): string => problems(`${head}${target('a', more)}`).join();
    expect(said('cadence = "0 0 30 2 *"\n')).toContain('cadence: never comes');
    expect(said('cadence = "every 1s"\n')).toContain('the shortest is every 1m');
    expect(said('time_zone = "Mars/Olympus"\n')).toContain('got "Mars/Olympus"');
    expect(read(`${head}${target('a', 'cadence = "0 0 29 2 *"\n')}${target('b', 'cadence = "0 0 30 2 mon"\n')}`).targets).toHaveLength(2);
  });

  test('overrides are checked before anything is applied', () => {
    expect(problems(`${head}${target('one', 'overrides.loop.ronds = 1\n')}`)).toEqual([expect.stringMatching(/^fleet\.toml:6: targets\[0\]\.overrides\.loop\.ronds: unknown key; did you mean rounds\?/)]);
  });

  test('a schedule remembers ten runs, so that no more failures in a row can be counted', () => {
    expect(problems(`${head}${target('one', 'pause_after = 11\n')}`)).toEqual([expect.stringMatching(/targets\[0\]\.pause_after: must be at most 10/)]);
    expect(read(`${head}${target('one', 'pause_after = 10\n')}`).targets[0]?.pauseAfter).toBe(10);
  });

  test.each(['ext::sh -c evil', 'https://token@example.org/x', '-uevil', 'ftp://example.org/x'])('%j is no repository', (repository) => {
    expect(problems(`${head}[[targets]]\nname = "a"\nrepository = ${JSON.stringify(repository)}\n`)).toHaveLength(1);
  });
});

describe('what has to change', () => {
  const fleet = read(`${head}${target('same')}${target('changed', 'priority = 1\n')}${target('new')}${target('drifted')}`);
  const stored = (name: string, more: Partial<StoredSchedule> = {}): StoredSchedule => {
    const applied = read(`${head}${target(name)}`).targets[0];
    if (applied === undefined) throw new Error('no target');
    return { target: name, applied, drift: [], paused: false, ...more };
  };

  test('is told by target, in the order of the file, and then what is no longer there', () => {
    const changes = changesOf(fleet, [stored('gone'), stored('drifted', { drift: ['jitter: 0, not 600000'] }), stored('changed'), stored('same', { paused: true })]);
    expect(changes.map((change) => [change.kind, change.kind === 'remove' ? change.name : change.target.name])).toEqual([['same', 'same'], ['update', 'changed'], ['create', 'new'], ['drift', 'drifted'], ['remove', 'gone']]);
    expect(changes[1]).toMatchObject({ what: ['priority: 3 -> 1'] });
  });

  test('what an earlier version made otherwise is changed, though the file is as it was', () => {
    const outdated = ['fairness key: same -> git.example.org/same'];
    expect(changesOf(fleet, [stored('same', { outdated })])[0]).toMatchObject({ kind: 'update', what: outdated, drift: [] });
  });

  test('keys and durations are told as the file has them', () => {
    const [applied] = read(`${head}${target('a', 'max_wall = "90m"\ntime_zone = "Europe/Berlin"\n')}`).targets;
    expect(applied && changesOf(read(`${head}${target('a')}`), [{ target: 'a', applied, drift: [], paused: false }])).toMatchObject([{ what: ['time_zone: "Europe/Berlin" -> "UTC"', 'max_wall: 1h30m -> nothing'] }]);
  });

  test('a schedule whose input somebody took away is changed by hand, and hides no other', () => {
    const changes = changesOf(fleet, [stored('drifted', { applied: null, drift: ['input: not that of a target'] }), stored('same')]);
    expect(changes.filter(({ kind }) => kind !== 'create')).toMatchObject([{ kind: 'same' }, { kind: 'drift', target: { name: 'drifted' }, drift: ['input: not that of a target'] }]);
  });

  test('the order of keys changes nothing', () => {
    const [applied] = read(`${head}${target('a', 'overrides.loop.rounds = 1\noverrides.verdict.min_gain = 0.1\n')}`).targets;
    const turned = read(`${head}${target('a', 'overrides.verdict.min_gain = 0.1\noverrides.loop.rounds = 1\n')}`);
    expect(applied && changesOf(turned, [{ target: 'a', applied, drift: [], paused: false }])).toMatchObject([{ kind: 'same' }]);
  });
});

describe('a cadence that cannot be met', () => {
  const load = (more: string) => loadOf(read(`${head}[defaults]\ncadence = "every 6h"\nmax_wall = "2h"\n${target('one')}${target('two')}${target('three', more)}`).targets, { tag: 'cpu', wallMs: 8 * 3_600_000 });

  test('is said with the arithmetic', () => {
    const [cpu] = load('max_wall = "4h"\n');
    expect(cpu).toEqual({ tag: 'cpu', targets: 3, timed: 3, runsADay: 12, hoursADay: 32 });
    expect(cpu && cannotBeMet(cpu, 1)).toBe('3 targets of kind cpu are run 12 times a day, for 2.67 h each at most: 32 h a day, and 1 host has 24 h. It takes 2 hosts, a cadence 1.33 times as long, or a smaller max_wall.');
    expect(cpu && cannotBeMet(cpu, 2)).toBeNull();
  });

  test('kinds of machine are counted apart, and what is paused not at all', () => {
    expect(load('tag = "gpu.h100"\n').map(({ tag, targets }) => [tag, targets])).toEqual([['cpu', 2], ['gpu.h100', 1]]);
    expect(load('paused = true\n')).toMatchObject([{ targets: 2 }]);
  });

  test('what is run by hand only asks for nothing, and counts for none of those that are', () => {
    const [cpu] = load('cadence = "manual"\nmax_wall = "400h"\n');
    expect(cpu).toEqual({ tag: 'cpu', targets: 3, timed: 2, runsADay: 8, hoursADay: 16 });
    const [busy] = loadOf(read(`${head}${target('one', 'cadence = "hourly"\nmax_wall = "2h"\n')}${target('two')}`).targets, { tag: 'cpu', wallMs: 0 });
    expect(busy && cannotBeMet(busy, 1)).toMatch(/^A target of kind cpu is run 24 times a day, for 2 h each at most: 48 h a day/);
  });

  test('an override of max_wall counts, the smaller one', () => {
    const hours = (more: string): number | undefined => loadOf(read(`${head}${target('one', `cadence = "daily at 02:30"\n${more}`)}`).targets, { tag: 'cpu', wallMs: 8 * 3_600_000 })[0]?.hoursADay;
    expect([hours(''), hours('overrides.loop.max_wall = "3h"\n'), hours('max_wall = "2h"\noverrides.loop.max_wall = "3h"\n')]).toEqual([8, 3, 2]);
  });
});

test('a kind of machine that nobody serves is told with those that there are', () => {
  expect(notServed({ tag: 'gpu.h10', targets: 1 }, ['cpu', 'gpu.h100'])).toBe('No worker serves machines of kind gpu.h10, which a target needs: start one with `perfloop worker --tag gpu.h10`. Hosts serve cpu, gpu.h100; did you mean gpu.h100?');
  expect(notServed({ tag: 'gpu.h100', targets: 3 }, ['cpu'])).toBe('No worker serves machines of kind gpu.h100, which 3 targets need: start one with `perfloop worker --tag gpu.h100`. Hosts serve cpu.');
  expect(notServed({ tag: 'cpu', targets: 2 }, [])).toMatch(/No host serves at all\.$/);
});

describe('a run that outlasts its own cadence', () => {
  const said = (...targets: string[]): string[] => outlasted(read(`${head}${targets.join('')}`).targets, { tag: 'cpu', wallMs: 8 * 3_600_000 });
  const timed = (name: string, cadence: string, more = ''): string => target(name, `cadence = "${cadence}"\n${more}`);

  test('is said with the arithmetic, and that another host does not help', () => {
    expect(said(timed('api', 'every 90m', 'max_wall = "4h"\n'))).toEqual(['api: a run may take 4h (max_wall), and two times of `every 90m` are 1h30m apart: 4h / 1h30m = 2.67. What falls due while a run goes on is left out, and another host does not help: it takes a max_wall of 1h30m at most, or a cadence with at least 4h between two times.']);
    expect(said(timed('api', 'hourly'))).toEqual([expect.stringMatching(/^api: a run may take 8h \(the default of max_wall, where its perfloop\.toml says no other\), .*8h \/ 1h = 8\./)]);
  });

  test('is one line for all that have the same', () => {
    const many = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((name) => timed(name, 'every 6h'));
    expect(said(...many, timed('night', '0 1,5 * * *')).map((line) => line.split(':')[0])).toEqual(['a, b, c, d, e and 2 more', 'night']);
  });

  test('is none that fits, that no time begins, that is paused, or that is only watched', () => {
    expect(said(timed('one', 'every 8h'), timed('two', 'manual', 'max_wall = "400h"\n'), timed('three', 'hourly', 'max_wall = "1h"\n'), timed('four', 'weekdays at 02:30', 'max_wall = "24h"\n'), timed('five', 'hourly', 'paused = true\n'), timed('six', 'hourly', 'watch = true\n'))).toEqual([]);
  });
});
