import { describe, expect, it } from 'vitest';
import { cleanLines, shortCommits } from '../../src/client/print/numbers.js';
import { eventLine } from '../../src/client/print/events.js';
import { plain } from '../../src/client/style.js';

const commit = '3570232d860918e4b2cf968f3bf08a6efe48903d';

describe('a commit', () => {
  it('is shown with its first digits; names and longer numbers stay', () => {
    expect(shortCommits(`trial candidate: ${commit}`)).toBe('trial candidate: 3570232');
    expect(shortCommits(`feature/faster ${commit.slice(0, 12)} ${commit}${commit}`)).toBe(`feature/faster ${commit.slice(0, 12)} ${commit}${commit}`);
  });

  it('is short in the lines of a run', () => {
    expect(eventLine({ kind: 'doing', text: `trial candidate: ${commit}` }, 1000, plain)).toBe('[   1.0s] trial candidate: 3570232');
    expect(eventLine({ kind: 'trial', trial: 'candidate', what: commit, place: '', state: 'screening' }, 1000, plain)).toBe('[   1.0s] candidate screening: 3570232');
  });
});

describe('the end of a log', () => {
  it('keeps its lines, without control characters, and cuts one that goes on for ever', () => {
    expect(cleanLines('one\n\u001b[31mtwo\n')).toBe('one\n [31mtwo');
    expect(cleanLines(`a\n${'x'.repeat(4000)}`)).toBe(`a\n${'x'.repeat(1000)} … (4000 characters)`);
  });
});
