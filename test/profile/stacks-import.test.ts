import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { array, assert, constantFrom, integer, property, tuple } from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { locate } from '../../src/profile/findings/source.js';
import { detectProfileKind } from '../../src/profile/import/detect.js';
import { importProfile } from '../../src/profile/import/import.js';
import { nativeFrame } from '../../src/profile/import/native-frame.js';
import { PerfParser, type PerfSample } from '../../src/profile/import/perf/parse.js';
import { textLines } from '../../src/profile/import/text-lines.js';
import { foldedFrame } from '../../src/profile/import/written-frame.js';
import { hotFunctions } from '../../src/profile/tools/hot-functions.js';
import type { ProfileDatabase } from '../../src/profile/tools/open.js';
import { imported } from './programs.js';
import { temporaryFolder } from './temporary-folder.js';

const fixtures = join(import.meta.dirname, '..', 'fixtures', 'profile');
const folded = join(fixtures, 'py-spy-threads.folded');
const speedscope = join(fixtures, 'py-spy.speedscope.json');
const perfText = join(fixtures, 'perf-srcline.txt');

const hot = (db: ProfileDatabase): string[] => hotFunctions(db, { root: '/tmp/perfloop-example', ignore: [], minShare: 0.01, top: 10 }).map((one) => `${one.function} ${one.file}:${one.line} ${one.selfShare.toFixed(3)}`);
const notes = (db: ProfileDatabase): string[] => db.prepare<[], string>('SELECT text FROM PERFLOOP_NOTES').pluck().all();

function made(name: string, content: string | Buffer): string {
  const file = join(temporaryFolder(), name);
  writeFileSync(file, content);
  return file;
}

async function importedText(text: string): Promise<ProfileDatabase> {
  return imported([made('p.txt', text)], temporaryFolder());
}

/** Each function's time by what is charged: name and nanoseconds, most first. */
const charged = (db: ProfileDatabase): [string, number][] => db.prepare<[], [string, number]>(`
  SELECT COALESCE(value, category), SUM(ns) FROM PERFLOOP_CHARGES LEFT JOIN PERFLOOP_FRAMES ON PERFLOOP_FRAMES.id = frame LEFT JOIN StringIds ON StringIds.id = symbol
  GROUP BY 1 ORDER BY 2 DESC, 1`).raw().all();

it.each([[folded, 'folded'], [speedscope, 'speedscope'], [perfText, 'perf']])('tells %s by its content: %s', (file, kind) => {
  expect(detectProfileKind(file)).toBe(kind);
  expect(detectProfileKind(made('zipped', gzipSync(readFileSync(file))))).toBe(kind);
});

describe('folded stacks', () => {
  it('of py-spy become functions of files, threads of their process, and lines', async () => {
    const db = await imported([folded], temporaryFolder());
    // prog.py is not where py-spy says, so that a function begins at the first line that was seen.
    expect(hot(db)).toEqual(['A.forward prog.py:5 0.559', 'B.forward prog.py:10 0.438']);
    const [forward] = hotFunctions(db, { root: '/tmp/perfloop-example', ignore: [], minShare: 0.01, top: 1 });
    expect(forward?.hotLines.map(({ line }) => line)).toEqual([6, 5]);
    expect(db.prepare('SELECT name, pid FROM PROCESSES').all()).toEqual([{ name: 'python3', pid: 6968 }]);
    expect(db.prepare('SELECT value FROM ThreadNames JOIN StringIds ON StringIds.id = nameId ORDER BY value').pluck().all()).toEqual(['MainThread', 'other']);
    expect(notes(db)).toEqual([expect.stringContaining('10 ms')]);
    expect(readFileSync(db.name).includes('hunter2')).toBe(false);
  });

  it('of py-spy with subprocesses are of the innermost process, and no command line is kept', async () => {
    const parent = 'process 10:"/usr/bin/env bash run.sh --token=hunter2"';
    const spawn = 'process 12:"/usr/bin/python3.11 -c from m import f; print("hunter2");f(1) --token hunter2"';
    const db = await importedText(`${parent};process 11:"/usr/bin/python3 child.py --token=hunter2";thread (11): MainThread;work (child.py:4) 5\n${parent};${spawn};work (child.py:4) 2\n${parent};wait (run.py:1) 1\nprocess 10;alone (run.py:2) 1\n`);
    expect(db.prepare('SELECT pid, name FROM PROCESSES ORDER BY pid').raw().all()).toEqual([[1, 'process'], [10, 'env'], [11, 'python3'], [12, 'python3.11']]);
    expect(db.prepare('SELECT globalTid / 0x1000000 AS pid, SUM(ns) / 10000000 FROM PERFLOOP_CHARGES JOIN PERFLOOP_PROFILES ON PERFLOOP_PROFILES.id = profile GROUP BY 1 ORDER BY 1').raw().all()).toEqual([[1, 1], [10, 1], [11, 5], [12, 2]]);
    expect(db.prepare('SELECT MAX(stackDepth) FROM PERFLOOP_STACK_FRAMES').pluck().get()).toBe(1);
    expect(readFileSync(db.name).includes('hunter2')).toBe(false);
  });

  it('of py-spy may have line ends in command lines, also behind numbers and quotes', async () => {
    const code = `process 12:"/usr/bin/python3 -c import time\nx = 12\ny = "a;b"; z = 14\n\nprint("hunter2"); w = 3"`;
    const db = await importedText(`${code};thread (12): MainThread;<module> (<string>:6);work (<string>:5) 54\n${code} 3\n${code};process 13:"sh -c true\n1 2";thread (13);other (o.py:2) 7\n${code};loop (l.py:1) 2\nalone (run.py:2) 1\n`);
    expect(db.prepare('SELECT pid, name FROM PROCESSES ORDER BY pid').raw().all()).toEqual([[1, 'process'], [12, 'python3'], [13, 'sh']]);
    expect(db.prepare('SELECT value, SUM(ns) / 10000000 FROM PERFLOOP_CHARGES JOIN PERFLOOP_FRAMES f ON f.id = frame JOIN StringIds ON StringIds.id = f.symbol GROUP BY 1 ORDER BY 1').raw().all()).toEqual([['alone', 1], ['loop', 2], ['other', 7], ['work', 54]]);
    expect(readFileSync(db.name).includes('hunter2')).toBe(false);
  });

  it('begin a function at its `def` where the file is at hand, so that two of one name are two', async () => {
    const folder = temporaryFolder();
    const file = join(folder, 'prog.py');
    copyFileSync(join(fixtures, 'prog.py'), file);
    const db = await importedText(`main (${file}:16);forward (${file}:5) 3\nmain (${file}:16);forward (${file}:6) 4\nmain (${file}:17);forward (${file}:11) 2\n`);
    expect(hotFunctions(db, { root: folder, ignore: [], minShare: 0, top: 9 }).map(({ function: name, line, selfMs }) => [name, line, selfMs])).toEqual([['forward', 3, 70], ['forward', 9, 20]]);
  });

  it('give a place even where methods have one name and the line is within one of them', () => {
    const lines = readFileSync(join(fixtures, 'prog.py'), 'utf8').split('\n');
    expect(locate(lines, { name: 'A.forward', line: 6 })).toBe(3);
    expect(locate(lines, { name: 'B.forward', line: 11 })).toBe(9);
    expect(locate(lines, { name: 'C.forward', line: 20 })).toBeNull();
  });

  it('charge each function with what was counted on top of it, in whatever order and form', async () => {
    const name = constantFrom('a', 'b<int>::c', 'operator() (int)', 'x y', 'd_[k]');
    const stacks = array(tuple(array(name, { minLength: 1, maxLength: 5 }), integer({ min: 1, max: 1000 })), { minLength: 1, maxLength: 8 });
    const cases: [string[], number][][] = [];
    assert(property(stacks, (some) => void cases.push(some)), { numRuns: 15, seed: 7 });
    for (const some of cases) {
      const expected = new Map<string, number>();
      for (const [stack, count] of some) {
        const to = stack.findLast((one) => one !== 'd_[k]') ?? 'runtime';
        expected.set(to, (expected.get(to) ?? 0) + count * 10_000_000);
      }
      const db = await importedText(some.map(([stack, count]) => `main.${stack.length};${stack.join(';')} ${count}`).join('\n').replaceAll(/^main\.\d+;/gm, '(root);'));
      expect(charged(db)).toEqual([...expected].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1)));
    }
  });

  it.each([
    ['A.run (a/b.py:12)', 'A.run', 'a/b.py', 'source'],
    ['loads (json/__init__.py:3)', 'loads', 'json/__init__.py', 'library'],
    ['PyEval (libpython3.11.so.1.0)', 'PyEval', 'libpython3.11.so.1.0', 'native'],
    ['memcpy (/usr/lib/x86_64-linux-gnu/libc.so.6)', 'memcpy', '/usr/lib/x86_64-linux-gnu/libc.so.6', 'library'],
    ['std::function<int (int)>', 'std::function<int (int)>', '', 'native'],
    ['do_syscall_64_[k]', 'do_syscall_64', '[kernel]', 'library'],
    ['(idle)', '(idle)', '', 'idle'],
  ])('%s is a function', (text, name, module, kind) => {
    expect(foldedFrame(text).frame).toMatchObject({ name, module, kind });
  });
});

describe('speedscope', () => {
  it('of py-spy gives each thread its samples', async () => {
    const db = await imported([speedscope], temporaryFolder());
    expect(db.prepare('SELECT COUNT(*) FROM PERFLOOP_SAMPLES').pluck().get()).toBe(120);
    expect(db.prepare('SELECT CAST(SUM(ns) AS INTEGER) FROM PERFLOOP_CHARGES').pluck().get()).toBe(1_200_000_000);
    expect(hot(db).map((line) => line.split(' ')[0])).toEqual(expect.arrayContaining(['A.forward', 'B.forward']));
  });

  const file = (profiles: object[], frames: object[] = [{ name: 'main', file: '/repo/a.ts', line: 1, col: 2 }, { name: 'work', file: '/repo/a.ts', line: 9 }, { name: 'native' }]): string =>
    JSON.stringify({ $schema: 'https://www.speedscope.app/file-format-schema.json', shared: { frames }, profiles });
  const event = (type: string, frame: number, at: number): object => ({ type, frame, at });

  it('of py-spy with subprocesses keeps no command line', async () => {
    const frames = [{ name: 'process 11:"/usr/bin/python3 child.py --token=hunter2"', file: '' }, { name: 'work', file: 'child.py', line: 4 }];
    const sampled = { type: 'sampled', name: 'Process 11 Thread 11 "MainThread"', unit: 'seconds', startValue: 0, endValue: 1, samples: [[0, 1]], weights: [1] };
    const evented = { type: 'evented', name: 'two', unit: 'seconds', startValue: 0, endValue: 1, events: [event('O', 0, 0), event('O', 1, 0), event('C', 1, 1), event('C', 0, 1)] };
    const db = await importedText(file([sampled, evented], frames));
    expect(charged(db)).toEqual([['work', 2_000_000_000]]);
    expect(db.prepare('SELECT pid, name FROM PROCESSES ORDER BY pid').raw().all()).toEqual([[1, 'process'], [11, 'python3']]);
    expect(db.prepare('SELECT COUNT(*) FROM PERFLOOP_FRAMES').pluck().get()).toBe(1);
    expect(readFileSync(db.name).includes('hunter2')).toBe(false);
  });

  it('evented: the open functions between two events are a sample; several profiles stay apart', async () => {
    const evented = { type: 'evented', name: 'one', unit: 'microseconds', startValue: 100, endValue: 200, events: [event('O', 0, 100), event('O', 1, 110), event('C', 1, 140), event('O', 2, 150), event('C', 2, 155), event('C', 0, 160), event('O', 0, 180), event('C', 0, 200)] };
    const sampled = { type: 'sampled', name: 'two', unit: 'milliseconds', startValue: 0, endValue: 3, samples: [[0], [0, 1], []], weights: [1, 1.5, 7] };
    const db = await importedText(file([evented, sampled]));
    // main: 10 + 10 + 5 + 20 us and what it called natively, 5 us; then 1 ms.
    expect(charged(db)).toEqual([['work', 1_530_000], ['main', 1_050_000]]);
    expect(db.prepare('SELECT COUNT(DISTINCT globalTid) FROM COMPOSITE_EVENTS').pluck().get()).toBe(2);
  });

  test.each<[string, string, object[]]>([
    ['bytes', 'PL_PROFILE_MALFORMED', [{ type: 'sampled', name: '', unit: 'bytes', startValue: 0, endValue: 1, samples: [[0]], weights: [1] }]],
    ['no samples', 'PL_PROFILE_EMPTY', [{ type: 'sampled', name: '', unit: 'seconds', startValue: 0, endValue: 1, samples: [], weights: [] }]],
    ['a frame that is not there', 'PL_PROFILE_MALFORMED', [{ type: 'sampled', name: '', unit: 'seconds', startValue: 0, endValue: 1, samples: [[9]], weights: [1] }]],
    ['a negative time', 'PL_PROFILE_MALFORMED', [{ type: 'sampled', name: '', unit: 'seconds', startValue: 0, endValue: 1, samples: [[0]], weights: [-1] }]],
    ['an absurd time', 'PL_PROFILE_MALFORMED', [{ type: 'sampled', name: '', unit: 'seconds', startValue: 0, endValue: 1, samples: [[0]], weights: [1e300] }]],
    ['a function that ends before it began', 'PL_PROFILE_MALFORMED', [{ type: 'evented', name: '', unit: 'seconds', startValue: 0, endValue: 1, events: [event('C', 0, 0)] }]],
    ['events out of order', 'PL_PROFILE_MALFORMED', [{ type: 'evented', name: '', unit: 'seconds', startValue: 0, endValue: 1, events: [event('O', 0, 2), event('C', 0, 1)] }]],
    ['nothing', 'PL_PROFILE_MALFORMED', []],
  ])('with %s is refused with %s', async (_, code, profiles) => {
    await expect(importedText(file(profiles))).rejects.toMatchObject({ code });
  });
});

describe('perf script', () => {
  it('with lines gives functions of files, with the time of each', async () => {
    const db = await imported([perfText], temporaryFolder());
    const text = readFileSync(perfText, 'utf8');
    const samples = text.split('\n\n').filter((sample) => sample.trim() !== '');
    expect(db.prepare('SELECT COUNT(*), SUM(durationNs) FROM PERFLOOP_SAMPLES').raw().get()).toEqual([samples.length, samples.length * 2_000_000]);
    // The innermost function of sort.c has the time, whatever of the kernel or libc is above it.
    const oracle = new Map<string, number>();
    for (const sample of samples) {
      const found = sample.split('\n').slice(1).map((line, i, all) => [line, all[i + 1] ?? '']).find(([, below = '']) => below.includes('  sort.c:'));
      const name = found === undefined ? 'runtime' : /([\w.]+)\+0x/.exec(found[0] ?? '')?.[1] ?? '';
      oracle.set(name, (oracle.get(name) ?? 0) + 2_000_000);
    }
    expect(new Map(charged(db))).toEqual(oracle);
    expect(notes(db)).toEqual([]);
  });

  it('without lines keeps functions of programs, and their object', async () => {
    const db = await importedText(readFileSync(perfText, 'utf8').replaceAll(/^ {2}\S.*\n/gm, ''));
    expect(db.prepare("SELECT DISTINCT module.value FROM PERFLOOP_FRAMES JOIN StringIds AS module ON module.id = module WHERE kind = 'native' AND line IS NULL").pluck().all()).toEqual(['/tmp/perfloop-example/sort']);
    expect(charged(db).map(([name]) => name)).toEqual(expect.arrayContaining(['work', 'main', 'runtime']));
  });

  const parsed = (text: string): PerfSample[] => {
    const samples: PerfSample[] = [];
    const parser = new PerfParser((sample) => samples.push(sample));
    for (const line of text.split('\n')) parser.line(line);
    parser.end();
    return samples;
  };

  it('reads each form of its first line', () => {
    expect(parsed('Web Content 12/13 [003] 5.000001:     250000 cpu-clock:u: \n\t 4f a::b(int)+0x1 (/a b/c (deleted))\n\t 4 [unknown] ([unknown])\n\n  x   7  6.5: cycles:  ffff do_idle+0x3 ([kernel.kallsyms])')).toMatchObject([
      { command: 'Web Content', pid: 12, tid: 13, timeNs: 1000, period: 250_000, event: 'cpu-clock:u', frames: [{ symbol: 'a::b(int)', object: '/a b/c' }, { symbol: '[unknown]', object: '[unknown]' }] },
      { command: 'x', pid: 7, tid: 7, timeNs: 1_500_000_000, period: 1, event: 'cycles', frames: [{ symbol: 'do_idle', object: '[kernel.kallsyms]' }] },
    ]);
  });

  it('turns cycles into time by the time between samples, and takes the event that is time where there are several', async () => {
    const at = (us: number, period: number, event: string, name: string): string => `app 5/5 1.${String(us).padStart(6, '0')}: ${period} ${event}: \n\t 4 ${name}+0x1 (/home/me/app)\n`;
    const db = await importedText([at(0, 3000, 'cycles:u', 'f'), at(1, 3000, 'page-faults', 'h'), at(10, 3000, 'cycles:u', 'f'), at(20, 3000, 'cycles:u', 'g'), at(900, 6000, 'cycles:u', 'g')].join('\n'));
    expect(charged(db)).toEqual([['g', 30_000], ['f', 20_000]]);
    expect(notes(db)).toEqual([expect.stringContaining('those of page-faults were left out'), expect.stringContaining('3.33 ns')]);
  });

  const sample = (ms: number, event: string, name: string, tid = 5): string => `app 5/${tid} 1.${String(ms).padStart(3, '0')}000: ${event}: \n\t 4 ${name}+0x1 (/home/me/app)\n`;

  it('takes a sample of a clock without periods for the time between samples, and says so', async () => {
    const db = await importedText([sample(0, 'cpu-clock:u', 'f'), sample(2, 'cpu-clock:u', 'f', 6), sample(4, 'cpu-clock:u', 'f'), sample(6, 'cpu-clock:u', 'g', 6), sample(8, 'cpu-clock:u', 'g'), sample(900, 'cpu-clock:u', 'g')].join('\n'));
    expect(charged(db)).toEqual([['f', 12_000_000], ['g', 12_000_000]]);
    expect(notes(db)).toEqual([expect.stringContaining('4.00 ms')]);
  });

  it.each(['cycles', 'cpu-cycles:u'])('takes %s of both kinds of processors, each by its own rate', async (event) => {
    const [name = '', modifier = ''] = event.split(':');
    const of = (kind: string, period: number): string => `${period} cpu_${kind}/${name}/${modifier}`;
    const db = await importedText([0, 1, 2, 3].map((ms) => sample(ms, of('core', 4000), 'onCore')).concat([4, 5, 6, 7].map((ms) => sample(ms, of('atom', 1000), 'onAtom')), sample(8, '1 page-faults', 'h')).join('\n'));
    expect(charged(db)).toEqual([['onAtom', 4_000_000], ['onCore', 4_000_000]]);
    expect(notes(db)).toEqual([expect.stringContaining('page-faults were left out'), expect.stringContaining('cpu_core'), expect.stringContaining('cpu_atom')]);
  });

  it.each([
    ['py::Model.forward:/repo/model.py', '/tmp/perf-9.map', { name: 'Model.forward', module: '/repo/model.py', kind: 'source', line: null }],
    ['LazyCompile:*work file:///repo/a.js:12:7', '/tmp/perf-9.map', { name: 'work', module: '/repo/a.js', kind: 'source', line: 12 }],
    ['JS:~ /repo/a.js:1:1', '/tmp/perf-9.map', { name: '(module)', module: '/repo/a.js', line: 1 }],
    ['Builtin:ArrayIndexOf', '/tmp/perf-9.map', { name: 'ArrayIndexOf', kind: 'builtin' }],
    ['main.work', '/home/me/app', { name: 'main.work', module: '/home/me/app', kind: 'native' }],
    ['ns::search[abi:cxx11](int)', '/home/me/app', { name: 'ns::search(int)', module: '/home/me/app', kind: 'native' }],
    ['malloc', '/usr/lib/x86_64-linux-gnu/libc.so.6', { kind: 'library' }],
    ['0x7f00', '/home/me/app', { name: '[unknown]', kind: 'builtin' }],
  ])('%s is a function of its language', (symbol, object, frame) => {
    expect(nativeFrame(symbol, object)).toMatchObject(frame);
  });

  const records = ((): boolean => {
    try {
      execFileSync('perf', ['record', '-q', '-e', 'cpu-clock', '-o', '/dev/null', '--', 'true'], { stdio: 'ignore' });
      return existsSync('/proc/sys/kernel/perf_event_paranoid');
    } catch {
      return false;
    }
  })();

  it.skipIf(!records)('is made of a recording by perf itself (needs perf, and a kernel that lets it record)', async () => {
    const folder = temporaryFolder();
    const recording = join(folder, 'perf.data');
    execFileSync('perf', ['record', '-q', '-e', 'cpu-clock', '-F', '999', '-g', '-o', recording, '--', process.execPath, '-e', 'let s = 0; for (let i = 0; i < 3e8; i++) s += i * i'], { stdio: 'ignore' });
    expect(detectProfileKind(recording)).toBe('perf');
    mkdirSync(join(folder, 'out'));
    const db = await imported([recording], join(folder, 'out'));
    expect(db.prepare('SELECT COUNT(*) > 20 FROM PERFLOOP_SAMPLES').pluck().get()).toBe(1);
    writeFileSync(recording, readFileSync(recording).subarray(0, 300));
    await expect(importProfile({ files: [recording], kind: 'auto', database: join(folder, 'cut.sqlite') })).rejects.toMatchObject({ code: 'PL_PROFILE_MALFORMED' });
  });
});

describe('lines of a text', () => {
  it('are those of split, however it is cut', async () => {
    const text = 'one\r\ntwo\n\nthree ü\nlast';
    for (let size = 1; size < 9; size++) {
      const bytes = Buffer.from(text);
      const pieces = (async function* () {
        for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
      })();
      const lines: string[] = [];
      for await (const line of textLines(pieces)) lines.push(line);
      expect(lines).toEqual(['one', 'two', '', 'three ü', 'last']);
    }
  });
});
