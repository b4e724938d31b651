import { expect, test } from 'vitest';
import { protectedNotes } from '../../src/activities/propose-notes.js';

test('a hot file that may not be changed is named once, with why and what to do', () => {
  const kept = [{ file: 'slow.js', protection: 'the benchmark command runs it' }, { file: 'slow.js', protection: 'the benchmark command runs it' }, { file: 'test/a.js', protection: 'a test file (test/**)' }];
  const notes = protectedNotes(kept);
  expect(notes.map(({ title }) => title)).toEqual(['changes of slow.js', 'changes of test/a.js']);
  expect(notes[0]?.why).toMatch(/the benchmark command runs it.*target\.editable/);
});
