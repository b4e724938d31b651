import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hotFunctions, type HotFunction } from '../../src/profile/tools/hot-functions.js';
import { profileSummary } from '../../src/profile/tools/summary.js';
import { timeVia } from '../../src/profile/tools/time-via.js';
import { readPstats } from '../../src/profile/import/pstats.js';
import { capture, hasPython, imported, writeFiles } from './programs.js';
import { temporaryFolder } from './temporary-folder.js';

function repository(files: Record<string, string>): string {
  const folder = join(temporaryFolder(), 'repo');
  mkdirSync(folder);
  writeFiles(folder, files);
  return folder;
}

const work = `
def work(count):
    seen = []
    for number in range(count):
        if seen.count(number) == 0:
            seen.append(number)
    return len(seen)
`;

describe.skipIf(!hasPython)('cProfile (needs python3)', () => {
  it('profiles every Python process: children, pools that fork, pools that spawn, and those ended by SIGTERM', async () => {
    const cwd = repository({
      'work.py': work,
      'main.py': `import multiprocessing, subprocess, sys
from work import work

if __name__ == "__main__":
    work(300)
    subprocess.run([sys.executable, "child.py"], check=True)
    for method in ["fork", "spawn"]:
        with multiprocessing.get_context(method).Pool(1) as pool:  # its end is terminate()
            assert pool.map(work, [300] * 4) == [300] * 4
`,
      'child.py': 'from work import work\nwork(300)\nraise SystemExit(0)\n',
    });
    const { files, kind } = await capture('python3 main.py', { cwd });
    expect(kind).toBe('cprofile');
    const calls = files.map((file) => readPstats(file, 0).functions.find(({ frame }) => frame.name === 'work')?.calls ?? 0);
    // main, its child, a forked worker, a spawned worker; and what multiprocessing starts for itself.
    expect(calls.filter((count) => count > 0).sort((a, b) => a - b)).toEqual([1, 1, 4, 4]);
  });

  it('sees what threads do, also those that are still running at the end', async () => {
    const cwd = repository({
      'main.py': `import sys, threading
${work}
done = threading.Event()

def serve():
    work(20)
    done.set()
    while True:
        work(20)

def twice():
    work(300)
    work(300)

threading.Thread(target=serve, daemon=True).start()
for _ in range(2):
    threads = [threading.Thread(target=twice) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
done.wait()
open("keeps-threads-apart", "w").write(str(sys.version_info < (3, 12)))
`,
    });
    const { files } = await capture('python3 main.py', { cwd });
    expect(files).toHaveLength(1);
    const { functions, calls } = readPstats(files[0] ?? '', 0);
    const counted = (name: string): number | undefined => functions.find(({ frame }) => frame.name === name)?.calls;
    expect(counted('twice')).toBe(10);
    expect(counted('work')).toBeGreaterThan(20);
    if (readFileSync(join(cwd, 'keeps-threads-apart'), 'utf8') !== 'True') return;
    expect(counted('serve')).toBe(1);
    const callers = calls.filter(({ callee }) => callee.frame.name === 'work');
    expect(new Set(callers.map(({ caller }) => caller.frame.name))).toEqual(new Set(['serve', 'twice']));
    expect(callers.find(({ caller }) => caller.frame.name === 'twice')).toMatchObject({ calls: 20 });
  });

  it('keeps an existing sitecustomize working', async () => {
    const cwd = repository({ 'site/sitecustomize.py': 'import builtins\nbuiltins.mark = 42\n', 'main.py': `import sitecustomize\nopen("seen", "w").write(str(mark) + sitecustomize.__file__)\n` });
    await capture('python3 main.py', { cwd, env: { PYTHONPATH: join(cwd, 'site') } });
    expect(readFileSync(join(cwd, 'seen'), 'utf8')).toBe(`42${join(cwd, 'site', 'sitecustomize.py')}`);
  });

  it('charges builtins and the standard library to the function that called them, and waiting to nobody', async () => {
    const cwd = repository({
      'main.py': `import copy, threading, time

def counts():
    numbers = list(range(3000))
    return sum(numbers.index(n) for n in range(0, 3000, 2))

def copies():
    plain = {"a": [1, 2, 3], "b": {"c": None}}
    return [copy.deepcopy(plain) for _ in range(2000)]

def waits():
    time.sleep(0.4)

counts()
copies()
waits()
`,
    });
    const db = await imported((await capture('python3 main.py', { cwd })).files, cwd);
    const hot = hotFunctions(db, { root: cwd, ignore: [], minShare: 0, top: 20 });
    const named = (name: string): HotFunction | undefined => hot.find((one) => one.function === name);

    const copies = named('copies');
    expect(copies?.selfShare).toBeGreaterThan(0.2);
    expect(copies?.ownShare).toBeLessThan((copies?.selfShare ?? 0) / 4);
    expect(timeVia(db, { frame: copies?.frame ?? 0 }).map((via) => via.function)).toContain('deepcopy');

    const searching = hot.filter(({ function: name }) => name === 'counts' || name === '<genexpr>').flatMap(({ frame }) => timeVia(db, { frame }));
    expect(searching.map((via) => via.function)).toContain("{method 'index' of 'list' objects}");

    expect(named('waits')?.selfShare ?? 0).toBeLessThan(0.05);
    expect(named('waits')?.totalShare ?? 0).toBeLessThan(0.05);
    expect(profileSummary(db, { root: cwd }).idleMs).toBeGreaterThan(350);
  });

  it('writes nothing about itself into the profile', async () => {
    const cwd = repository({ 'main.py': `${work}work(100)\n` });
    const { files } = await capture('python3 main.py', { cwd });
    const modules = files.flatMap((file) => readPstats(file, 0).functions.map(({ frame }) => frame.module));
    expect(modules.filter((module) => module.includes('sitecustomize'))).toEqual([]);
    expect(modules).toContain(join(cwd, 'main.py'));
  });

  it('names a module by its own place, however sys.path came to it', async () => {
    const cwd = repository({ 'package.py': work, 'bench/main.py': `import os, sys\nsys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "."))\nfrom package import work\nwork(1500)\n` });
    const db = await imported((await capture('python3 bench/main.py', { cwd })).files, cwd);
    expect(hotFunctions(db, { root: cwd, ignore: [], minShare: 0.1, top: 20 })).toMatchObject([{ function: 'work', file: 'package.py', line: 2 }]);
  });

  it('captures Node and Python processes of one command together', async () => {
    const cwd = repository({
      'main.py': `import subprocess\n${work}work(2000)\nsubprocess.run(["node", "main.js"], check=True)\n`,
      'main.js': 'function busy() { let n = 0; for (let i = 0; i < 3e7; i += 1) n = (n * 31 + i) | 0; return n; }\nconsole.log(busy());',
    });
    const { files, kind } = await capture('python3 main.py', { cwd });
    expect(kind).toBe('mixed');
    const db = await imported(files, cwd);
    expect(profileSummary(db, { root: cwd }).processes).toBe(2);
    const names = hotFunctions(db, { root: cwd, ignore: [], minShare: 0, top: 20 }).map((one) => one.function);
    expect(names).toEqual(expect.arrayContaining(['work', 'busy']));
  });

  it('reports a Python program that fails', async () => {
    const cwd = repository({ 'main.py': 'raise ValueError("no good")\n' });
    await expect(capture('python3 main.py', { cwd })).rejects.toMatchObject({ code: 'PL_PROFILE_COMMAND_FAILED', problems: expect.arrayContaining(['ValueError: no good']) });
  });
});
