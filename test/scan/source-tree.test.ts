import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { largestFile, openSourceTree } from '../../src/scan/source-tree.js';
import { askIn, repositoryOf, rowsIn } from './repository.js';

const paths = async (folder: string) => (await openSourceTree(folder)).files.map(({ path }) => path);
const git = (cwd: string, ...args: string[]) => execFileSync('git', args, { cwd, stdio: 'ignore' });

describe('the files of a repository', () => {
  it('are what git tracks or would add', async () => {
    const folder = repositoryOf({ '.gitignore': 'out/\n*.log\n', 'a.py': '', 'new.ts': '', 'out/b.js': '', 'c.log': '', 'gone.py': '', 'deep/d.go': '', 'node_modules/x/index.js': '' });
    git(folder, 'init', '-q');
    git(folder, 'add', 'a.py', 'gone.py', '.gitignore');
    rmSync(join(folder, 'gone.py'));
    writeFileSync(join(folder, '.git', 'info', 'exclude'), 'node_modules\n');
    expect(await paths(folder)).toEqual(['.gitignore', 'a.py', 'deep/d.go', 'new.ts']);
    expect(await paths(join(folder, 'deep'))).toEqual(['d.go']);
    // Somebody who names a folder that git ignores means it.
    expect(await paths(join(folder, 'node_modules', 'x'))).toEqual(['index.js']);
  });

  it('are outside of git all but those of dependencies and builds', async () => {
    const folder = repositoryOf({ 'a.py': '', 'src/b.ts': '', 'node_modules/x/index.js': '', 'build/c.js': '', '.venv/d.py': '', 'target/e.rs': '' });
    expect(await paths(folder)).toEqual(['a.py', 'src/b.ts']);
    expect(await askIn(folder, 'scanner_files', { language: 'typescript' })).toMatchObject({ rows: [{ file: 'src/b.ts', language: 'typescript' }], facts: { files: 1, listedBy: 'folder' } });
  });

  it('are never links, nor what lies behind one', async () => {
    const outside = mkdtempSync(join(tmpdir(), 'perfloop-scan-outside-'));
    onTestFinished(() => rmSync(outside, { recursive: true, force: true }));
    writeFileSync(join(outside, 'secret.py'), 'secret = 1\n');
    const folder = repositoryOf({ 'a.py': '', 'sub/secret.py': '' });
    git(folder, 'init', '-q');
    git(folder, 'add', '.');
    rmSync(join(folder, 'sub'), { recursive: true });
    // What is in git's list stands behind a link now.
    symlinkSync(outside, join(folder, 'sub'));
    symlinkSync(join(outside, 'secret.py'), join(folder, 'link.py'));
    expect(await paths(folder)).toEqual(['a.py']);
    expect(await askIn(folder, 'scanner_search', { pattern: 'secret' })).toMatchObject({ rows: [], notes: [expect.stringMatching(/^Not read: \d+ links/) as string] });
    await expect(askIn(folder, 'scanner_read', { file: 'link.py' })).rejects.toMatchObject({ code: 'PL_SCAN_FILE' });
  });

  it('are not read where they are large or binary, which is said', async () => {
    const folder = repositoryOf({ 'large.py': `x = 1\n${' '.repeat(largestFile)}`, 'binary.py': new Uint8Array([120, 0, 120]), 'latin.py': new Uint8Array([0x78, 0xe4, 0x0a]), 'empty.py': '' });
    const answer = await askIn(folder, 'scanner_search', { pattern: 'x' });
    expect(answer).toMatchObject({ rows: [{ file: 'latin.py', line: 1, text: 'x\uFFFD' }], facts: { searched: 2 }, notes: ['Not read: 1 files of more than 1 MiB, 1 binary files.'] });
    expect(await askIn(folder, 'scanner_read', { file: 'binary.py' })).toEqual({ tool: 'scanner_read', abstained: 'binary.py is not text' });
  });

  it.each([['../a.py'], ['/etc/passwd'], ['sub/../../a.py'], ['..'], ['..\\a.py']])('does not include %s', async (file) => {
    await expect(askIn(repositoryOf({ 'a.py': '' }), 'scanner_read', { file })).rejects.toMatchObject({ code: 'PL_SCAN_OUTSIDE' });
  });

  it('can be named by their place on the disk', async () => {
    const folder = repositoryOf({ 'a.py': 'one\ntwo\nthree' });
    const { root } = await openSourceTree(folder);
    expect(await askIn(folder, 'scanner_read', { file: join(root, 'a.py'), from: 2, limit: 1 })).toMatchObject({ rows: [{ line: 2, text: 'two' }], more: 1, facts: { file: 'a.py', lines: 3 } });
    await expect(askIn(folder, 'scanner_read', { file: 'a.py', from: 4 })).rejects.toMatchObject({ code: 'PL_TOOL_INPUT' });
    await expect(askIn(folder, 'scanner_read', { file: 'b.py' })).rejects.toMatchObject({ code: 'PL_SCAN_FILE', fix: expect.stringContaining('Did you mean a.py?') as string });
    await expect(askIn(join(folder, 'none'), 'scanner_files')).rejects.toMatchObject({ code: 'PL_SCAN_FOLDER' });
  });
});

describe('scanner_search', () => {
  it('finds the lines that plain code finds', async () => {
    const letters = fc.stringMatching(/^[ab.\n]{0,60}$/);
    await fc.assert(
      fc.asyncProperty(fc.dictionary(fc.constantFrom('a.py', 'b/c.ts', 'd.txt', 'e.rs'), letters), fc.constantFrom('a', 'ab', 'b.', '^a', 'b$', 'a.b', 'a|bb', 'a+b'), fc.boolean(), fc.boolean(), async (files, pattern, fixed, ignoreCase) => {
        const folder = mkdtempSync(join(tmpdir(), 'perfloop-scan-search-'));
        try {
          for (const [path, text] of Object.entries(files)) writeFileSync(join(folder, path.replace('/', '-')), text);
          const matches = (line: string): boolean => (fixed ? line.includes(pattern) : new RegExp(pattern).test(line));
          const expected = Object.entries(files)
            .map(([path, text]) => [path.replace('/', '-'), text.split('\n')] as const)
            .sort(([one], [other]) => (one < other ? -1 : 1))
            .flatMap(([path, lines]) => lines.flatMap((line, index) => (line !== '' && matches(line) ? [`${path} | ${index + 1}`] : [])));
          expect(await rowsIn(folder, 'scanner_search', { pattern, fixed, ignore_case: ignoreCase }, ['file', 'line'])).toEqual(expected);
        } finally {
          rmSync(folder, { recursive: true });
        }
      }),
      { numRuns: 40 },
    );
  });

  it('looks only where it is told to, and counts what it does not show', async () => {
    const folder = repositoryOf({ 'src/a.py': 'x\nx\nX\n', 'src/deep/b.ts': 'x\n', 'c.py': 'x\n' });
    expect(await askIn(folder, 'scanner_search', { pattern: 'x', limit: 2 })).toMatchObject({ rows: [{ file: 'c.py' }, { file: 'src/a.py', line: 1 }], more: 2, facts: { matches: 4, files: 3, searched: 3 } });
    expect(await rowsIn(folder, 'scanner_search', { pattern: 'x', within: 'src', language: 'python', ignore_case: true }, ['line'])).toEqual(['1', '2', '3']);
    expect(await rowsIn(folder, 'scanner_search', { pattern: 'x', within: '*.ts' }, ['file'])).toEqual(['src/deep/b.ts']);
    expect(await rowsIn(folder, 'scanner_search', { pattern: 'x', within: '**/deep/**' }, ['file'])).toEqual(['src/deep/b.ts']);
  });

  it('takes no longer for a hostile pattern, and cuts long lines around the match', async () => {
    const folder = repositoryOf({ 'a.txt': `${'a'.repeat(50_000)}!needle${'b'.repeat(5000)}\n` });
    expect(await askIn(folder, 'scanner_search', { pattern: '(a+)+$' })).toMatchObject({ rows: [] });
    const answer = await askIn(folder, 'scanner_search', { pattern: 'needle' });
    expect(answer).toMatchObject({ rows: [{ column: 50_002, text: expect.stringMatching(/^….*needle.*…$/) as string }] });
  });
});
