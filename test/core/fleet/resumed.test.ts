import { expect, it } from 'vitest';
import { countsSince, pausedNote, resumedAt, resumedNote } from '../../../src/core/fleet/resumed.js';

const at = Date.UTC(2026, 10, 22, 20, 30, 1, 5);

it('a note of a resumption says when, who and why, and is read again', () => {
  expect(resumedNote('ada', at, '')).toBe('resumed by ada at 2026-11-22T20:30:01.005Z');
  expect(resumedAt(resumedNote('uid 1000@host', at, 'the branch is back at 10:00'))).toBe(at);
  for (const other of ['', 'paused by ada: resumed by bob at 2026-11-22T20:30:01.005Z', 'resumed by ada: at noon', 'resumed by ada at 2026-11-22T99:99:99Z']) expect(resumedAt(other), other).toBeNull();
});

it('a note of a pause says when, who and why, and is none of a resumption', () => {
  expect(pausedNote('ada', at, '')).toBe('paused by ada at 2026-11-22T20:30:01.005Z');
  expect(pausedNote('ada', at, 'moves')).toBe('paused by ada at 2026-11-22T20:30:01.005Z: moves');
  expect(resumedAt(pausedNote('ada', at, 'resumed by bob at 2026-11-22T20:30:01.005Z'))).toBeNull();
});

it('failures count from the last change or resumption on', () => {
  expect(countsSince({ lastUpdatedAt: undefined, note: undefined })).toBe(0);
  expect(countsSince({ lastUpdatedAt: new Date(at + 5), note: resumedNote('ada', at, '') })).toBe(at + 5);
  expect(countsSince({ lastUpdatedAt: new Date(at - 5), note: resumedNote('ada', at, '') })).toBe(at);
});
