import { isPath } from '../fleet/repository.js';
import { shellWord } from '../shell-word.js';

/** A command that measures the step from one commit to another again, in a clone where the repository is a URL. */
export function reproduceCommand(repository: string, older: string, newer: string, metric: string | null): string {
  const here = isPath(repository);
  const judge = `perfloop judge --repo ${here ? shellWord(repository) : 'again'} --base ${older.slice(0, 12)} --candidate ${newer.slice(0, 12)} --regression${metric === null ? '' : ` ${shellWord(metric)}`}`;
  return here ? judge : `git clone ${shellWord(repository)} again && ${judge}`;
}
