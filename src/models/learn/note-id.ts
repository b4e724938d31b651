import { sha256 } from '../../propose/hash.js';

/** Of a lesson that a model wrote: the same words of the same run are one lesson. */
export function noteId(run: string, { title, lesson }: { title: string; lesson: string }): string {
  return `${run}/${sha256(`${title}\0${lesson}`).slice(0, 12)}`;
}
