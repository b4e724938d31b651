import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Change } from '../../src/core/candidate.js';
import { identityOfDiff } from '../../src/propose/diff-identity.js';
import { surroundingsOf } from '../../src/propose/surroundings.js';
import { temporaryFolder } from '../profile/temporary-folder.js';

const diff = (from: number, indent: string, added: string): string => `diff --git a/a.js b/a.js
index 1111111..2222222 100644
--- a/a.js
+++ b/a.js
@@ -${from},3 +${from},3 @@ function f() {
 ${indent}before
-${indent}old
+${indent}${added}
 ${indent}after
`;

test('a diff is known again where it was moved or reformatted, not where it does something else', () => {
  expect(identityOfDiff(diff(40, '    ', 'neu'))).toEqual(identityOfDiff(diff(3, '  ', 'neu')));
  expect(identityOfDiff(diff(3, '  ', 'new')).id).not.toBe(identityOfDiff(diff(3, '  ', 'neu')).id);
  expect(identityOfDiff(diff(3, '  ', 'new')).around).toBe(identityOfDiff(diff(3, '  ', 'neu')).around);
  const elsewhere = diff(3, '  ', 'neu').replaceAll('a.js', 'b.js');
  expect(identityOfDiff(elsewhere).id).not.toBe(identityOfDiff(diff(3, '  ', 'neu')).id);
  // A line of code that looks like a header of the diff is one of code.
  const likeHeader = diff(3, '', 'x').replace('-old', '--- old').replace('+x', '+++ x');
  expect(identityOfDiff(likeHeader).id).not.toBe(identityOfDiff(likeHeader.replace('--- old', '--- odd')).id);
});

test('a line that stands deeper is another change', () => {
  const at = (indent: string): string => `diff --git a/a.py b/a.py\n--- a/a.py\n+++ b/a.py\n@@ -1,2 +1,3 @@\n for x in xs:\n     use(x)\n+${indent}total = g()\n`;
  expect(identityOfDiff(at('')).id).not.toBe(identityOfDiff(at('    ')).id);
  expect(identityOfDiff(at('        ')).id).toBe(identityOfDiff(at('\t')).id);
});

test('binary files are told apart by their content, modes by themselves', () => {
  const binary = (blob: string): string => `diff --git a/x.bin b/x.bin\nindex 1111111..${blob} 100644\nBinary files a/x.bin and b/x.bin differ\n`;
  expect(identityOfDiff(binary('2222222')).id).not.toBe(identityOfDiff(binary('3333333')).id);
  const mode = (to: string): string => `diff --git a/x b/x\nold mode 100644\nnew mode ${to}\n`;
  expect(identityOfDiff(mode('100755')).id).not.toBe(identityOfDiff(mode('120000')).id);
});

test('the surroundings of edits change with code near them and with what they are measured by', async () => {
  const worktree = temporaryFolder();
  const write = (near: string, far: string): number => {
    const head = `${far}\n${Array.from({ length: 60 }, (_, i) => `line${i}`).join('\n')}\n${near}\n`;
    writeFileSync(join(worktree, 'a.js'), `${head}old\nafter\n`);
    return head.length;
  };
  const hash = async (at: number, measuredBy = 'node bench.js'): Promise<string> => {
    const change: Change = { kind: 'edits', edits: [{ file: 'a.js', start: at, end: at + 3, before: '', text: 'new' }] };
    return surroundingsOf(change, { worktree, measuredBy, diff: () => Promise.reject(new Error('no commit')) });
  };
  const first = await hash(write('near', 'far'));
  expect(await hash(write('  near', 'elsewhere, and longer'))).toBe(first);
  expect(await hash(write('nearer', 'far'))).not.toBe(first);
  expect(await hash(write('near', 'far'), 'node other.js')).not.toBe(first);
  write('near', 'far');
  const commit: Change = { kind: 'commit', commit: { commit: 'c'.repeat(40), bundle: { sha: '', bytes: 0, kind: 'bundle' } } as never };
  const byDiff = async (text: string): Promise<string> => surroundingsOf(commit, { worktree, measuredBy: 'x', diff: () => Promise.resolve(text) });
  expect(await byDiff(diff(3, '', 'new'))).toBe(await byDiff(diff(9, ' ', 'other')));
});
