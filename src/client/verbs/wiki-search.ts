import { openStoreReader, type LessonHit } from '../../store/reader.js';
import type { CliContext } from '../context.js';

/** Lessons of earlier trials that hold the words, the best first. */
export function wikiSearch(context: CliContext, options: { text: string; limit: number }): { lessons: LessonHit[] } {
  const store = openStoreReader(context.home);
  try {
    return { lessons: store?.searchWiki(options.text, options.limit) ?? [] };
  } finally {
    store?.close();
  }
}
