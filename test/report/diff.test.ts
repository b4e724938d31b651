import { describe, expect, it } from 'vitest';
import { parseDiff } from '../../src/report/diff.js';
import { diffSection } from '../../src/report/html/diff.js';

const diff = ['diff --git a/a.js b/a.js', 'index 1..2 100644', '--- a/a.js', '+++ b/a.js', '@@ -3,3 +3,3 @@ function f() {', ' one', '--- two', '+++ three', ' four', '\\ No newline at end of file', ''].join('\n');

describe('parseDiff', () => {
  it('numbers the lines of both sides', () => {
    expect(parseDiff(diff).lines.map(({ kind, old, new: now }) => [kind, old, now])).toEqual([
      ['file', null, null], ['hunk', null, null], ['context', 3, 3], ['removed', 4, null], ['added', null, 4], ['context', 5, 5], ['meta', null, null],
    ]);
  });

  it('takes a removed line that looks like a file name for a line', () => {
    const { lines, added, removed, files } = parseDiff(diff);
    expect(lines.find(({ kind }) => kind === 'removed')?.text).toBe('-- two');
    expect([added, removed, files]).toEqual([1, 1, 1]);
  });

  it('keeps what says that a file is new, renamed or binary', () => {
    expect(parseDiff('diff --git a/x b/y\nsimilarity index 90%\nrename from x\nrename to y\n').lines.map(({ text }) => text)).toEqual(['y', 'similarity index 90%', 'rename from x', 'rename to y']);
  });

  it('reads any text without an error', () => {
    expect(parseDiff('').lines).toEqual([]);
    expect(parseDiff('@@ -1,999 +1,2 @@\nno sign\n@@ broken').lines).toHaveLength(3);
  });
});

describe('diffSection', () => {
  it('bounds what it shows, and says how much is left out', () => {
    const long = `diff --git a/a b/a\n--- a/a\n+++ b/a\n@@ -0,0 +1,50000 @@\n${`+${'"'.repeat(200)}\n`.repeat(50_000)}`;
    const text = diffSection({ kind: 'there', value: long }, false)?.text ?? '';
    expect(text.length).toBeLessThan(300_000);
    expect(text).toMatch(/49,8\d\d more lines are not shown here/);
  });

  it('says in place why a diff is missing', () => {
    expect(diffSection({ kind: 'missing', why: 'it is <gone>' }, false)?.text).toContain('it is &lt;gone&gt;');
  });
});
