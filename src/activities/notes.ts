import { noteText } from '../core/lesson.js';
import { openStoreReader } from '../store/reader.js';
import type { Dependencies } from './dependencies.js';

const mostNotes = 8;

/** What models wrote down of a target: in this run, which brings it along, and in runs that this home knows. */
export function notesOf({ home }: Pick<Dependencies, 'home'>, target: string, ofThisRun: readonly string[] = []): string[] {
  const store = openStoreReader(home);
  try {
    const earlier = (store?.notes(target, mostNotes) ?? []).map(noteText);
    return [...new Set([...ofThisRun, ...earlier])].slice(0, mostNotes);
  } finally {
    store?.close();
  }
}
