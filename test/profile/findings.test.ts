import { mkdirSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { callSites } from '../../src/profile/findings/call-sites.js';
import { findingsFrom } from '../../src/profile/findings/findings.js';
import { profileNotes } from '../../src/profile/findings/evidence.js';
import { identifier, locate, snippet } from '../../src/profile/findings/source.js';
import { capture, commitAll, hasPython, imported, writeFiles } from './programs.js';
import { temporaryFolder } from './temporary-folder.js';

const request = { ignore: [], minShare: 0.05, top: 5 };

function repository(files: Record<string, string>): string {
  const folder = join(temporaryFolder(), 'repo');
  mkdirSync(folder);
  writeFiles(folder, files);
  commitAll(folder);
  return folder;
}

const grouped = {
  'bench.js': `const { group } = require('./lib/group.js');
const ids = Array.from({ length: 6000 }, (_, i) => (i * 7919) % 9973);
let total = 0;
for (let round = 0; round < 8; round += 1) {
  total += group(ids);
}
console.log(total);
`,
  'lib/group.js': `class Grouper {
  // unique(ids) is quadratic
  unique(ids) {
    const seen = [];
    for (const id of ids) {
      if (!seen.includes(id)) seen.push(id);
    }
    return seen;
  }
}

exports.group = (ids) => {
  const grouper = new Grouper();
  return grouper.unique(ids).length;
};
`,
};

it('locates a captured hot function with its source, its callers and sentences of evidence', async () => {
  const cwd = repository(grouped);
  const db = await imported((await capture('node bench.js', { cwd })).files, dirname(cwd));
  const findings = await findingsFrom(db, { ...request, worktree: cwd });
  const [finding] = findings;
  expect(finding).toMatchObject({ category: 'H1', file: 'lib/group.js', function: 'unique', line: 3, language: 'javascript' });
  expect(finding?.selfShare).toBeGreaterThan(0.6);
  expect(finding?.totalShare).toBeGreaterThanOrEqual(finding?.selfShare ?? 1);
  expect(finding?.snippet).toBe(grouped['lib/group.js'].split('\n').slice(2, 9).join('\n'));
  expect(finding?.callSites).toEqual([{ file: 'lib/group.js', line: 14, text: 'return grouper.unique(ids).length;' }]);
  expect(finding?.evidence[0]?.text).toMatch(/^unique takes \d+\.\d% of the busy time \(.* of .*\) by itself and in the builtins/);
  expect(finding?.evidence.find(({ tool }) => tool === 'callers')?.text).toMatch(/exports\.group \(\d/);
  // The same again has the same ids.
  expect((await findingsFrom(db, { ...request, worktree: cwd })).map(({ id }) => id)).toEqual(findings.map(({ id }) => id));
});

it('finds the same in another worktree than the profiled one', async () => {
  const cwd = repository(grouped);
  const db = await imported((await capture('node bench.js', { cwd })).files, dirname(cwd));
  const other = join(dirname(cwd), 'other');
  execFileSync('git', ['worktree', 'add', '-q', '--detach', other], { cwd });
  const [finding] = await findingsFrom(db, { ...request, worktree: other });
  expect(finding).toMatchObject({ file: 'lib/group.js', function: 'unique', line: 3 });
  expect(finding?.callSites).toHaveLength(1);
});

it('leaves out files that git does not track, and functions that are gone from theirs', async () => {
  const cwd = repository(grouped);
  const db = await imported((await capture('node bench.js', { cwd })).files, dirname(cwd));
  writeFiles(cwd, { 'lib/group.js': `${'\n'.repeat(20)}exports.nothing = 1;\n` });
  expect((await findingsFrom(db, { ...request, worktree: cwd })).map(({ file }) => file)).not.toContain('lib/group.js');
  execFileSync('git', ['checkout', '-q', '--', 'lib/group.js'], { cwd });
  execFileSync('git', ['rm', '-q', '--cached', 'lib/group.js'], { cwd });
  expect((await findingsFrom(db, { ...request, worktree: cwd })).map(({ file }) => file)).not.toContain('lib/group.js');
});

it.skipIf(!hasPython)('names what a Python function spends its time on (needs python3)', async () => {
  const source = `import copy


def snapshot(states):
    return [copy.deepcopy(state) for state in states]


def main():
    states = [{"a": [1, 2, 3]} for _ in range(50)]
    for _ in range(60):
        snapshot(states)


main()
`;
  const cwd = repository({ 'bench.py': source });
  const db = await imported((await capture('python3 bench.py', { cwd })).files, dirname(cwd));
  const [finding] = await findingsFrom(db, { ...request, worktree: cwd });
  expect(finding).toMatchObject({ category: 'H2', rule: 'H2-copying', file: 'bench.py', function: 'snapshot', line: 4, language: 'python', callSites: [{ file: 'bench.py', line: 11, text: 'snapshot(states)' }] });
  expect(finding?.snippet).toBe('def snapshot(states):\n    return [copy.deepcopy(state) for state in states]');
  expect(finding?.evidence.map(({ text }) => text).join('\n')).toMatch(/deepcopy \d.*\n.*called 60 times.*\n.*\n.*passes in copying/);
});

it('says when the repository is not the bottleneck, and when nothing is computed at all', () => {
  const shares = { repository: 0.07, outside: 0.8, collector: 0.1, loader: 0.02, runtime: 0.01 };
  const summary = { processes: 1, threads: 1, wallMs: 5000, busyMs: 1000, idleMs: 4000, shares };
  expect(profileNotes(summary)).toEqual([
    'The repository\'s code is not the bottleneck: it takes 7.0% of the busy time (dependencies and other code 80.0%, garbage collection 10.0%).',
    'The processes waited for 4.00 s and worked for 1.00 s: faster code cannot save the waiting.',
  ]);
  expect(profileNotes({ ...summary, idleMs: 10, shares: { ...shares, repository: 0.6 } })).toEqual([]);
});

it('finds calls by name in tracked source files: not the definition, comments, data or minified code', async () => {
  const cwd = repository({
    'a.js': 'function pick(x) {\n  return x;\n}\n// pick(1)\nconst y = pick(2), z = notpick(3), w = this.pick (4);\n',
    'b.ts': 'import { pick } from "./a.js";\nclass A {\n  pick(x: number): number {\n    return pick(x);\n  }\n}\n',
    'c.md': 'pick(1)\n',
    'd.min.js': `${'x;'.repeat(200)}pick(1);\n`,
    'e.py': 'pick(1)\n',
  });
  writeFiles(cwd, { 'untracked.js': 'pick(1)\n' });
  expect(await callSites(cwd, { name: 'pick', language: 'javascript', firstFiles: ['b.ts'] })).toEqual([
    { file: 'b.ts', line: 4, text: 'return pick(x);' },
    { file: 'a.js', line: 5, text: 'const y = pick(2), z = notpick(3), w = this.pick (4);' },
  ]);
  expect(await callSites(cwd, { name: '$', language: 'javascript', firstFiles: [] })).toEqual([]);
});

it('takes the name that stands in the source', () => {
  expect(['hot', 'Foo.bar', 'get size', 'Foo.#secret', 'exports.a.b', '(anonymous)', '(module)', '<lambda>', 'größe'].map(identifier)).toEqual(['hot', 'bar', 'size', 'secret', 'b', null, null, null, 'größe']);
});

it('locates a function whose line moved by its only definition', () => {
  const lines = ['const a = 1;', '', 'export function hot(n: number) {', '  return n;', '}', 'hot(1);'];
  expect(locate(lines, { name: 'hot', line: 3 })).toBe(3);
  expect(locate(lines, { name: 'hot', line: 1 })).toBe(3);
  expect(locate(lines, { name: 'gone', line: 1 })).toBeNull();
  expect(locate(lines, { name: '(anonymous)', line: 7 })).toBeNull();
});

it.each([
  ['an arrow function inside of another', ['const f = (a) => {', '  return a.map((x) => {', '    return x;', '  });', '};'], 2, 17, '  return a.map((x) => {\n    return x;\n  });'],
  ['a function over one line', ['const f = (a) => a + 1;', 'f(1);'], 1, 11, 'const f = (a) => a + 1;'],
  ['a method', ['class A {', '  get b() {', '    return 1;', '  }', '}'], 2, 8, '  get b() {\n    return 1;\n  }'],
])('cuts out %s', (_name, lines, line, column, expected) => {
  expect(snippet(lines, { language: 'javascript', line, column })).toBe(expected);
});

it('cuts a Python function out by its indentation, with decorators and a long header', () => {
  const lines = ['@cache', 'def f(', '    a,', '):', '    if a:', '', '        return 1', '    return 2', '', 'x = 1'];
  expect(snippet(lines, { language: 'python', line: 1, column: null })).toBe(lines.slice(0, 8).join('\n'));
});

it('cuts a long function and long lines short', () => {
  const lines = ['function f() {', ...Array.from({ length: 100 }, (_, i) => `  g(${i});${' '.repeat(i === 0 ? 500 : 0)}`), '}'];
  const cut = snippet(lines, { language: 'javascript', line: 1, column: 11 }).split('\n');
  expect(cut).toHaveLength(61);
  expect(cut[60]).toBe('… 42 more lines');
  expect(cut[1]?.length).toBe(401);
});
