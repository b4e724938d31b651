import type { LessonHit } from '../../store/reader.js';
import type { Style } from '../style.js';
import { clean } from './numbers.js';
import { verdictFormat } from './verdict.js';

export function printLessons({ lessons }: { lessons: readonly LessonHit[] }, style: Style): string {
  if (lessons.length === 0) return 'no lesson holds these words';
  return lessons.map((lesson) => lessonText(lesson, style)).join('\n\n');
}

function lessonText(lesson: LessonHit, style: Style): string {
  const excerpt = clean(lesson.excerpt).replaceAll(/\*\*(.+?)\*\*/g, (_, word: string) => style('bold', word));
  return `${style('bold', clean(lesson.title))}  ${lesson.verdict === 'noted' ? style('cyan', 'noted') : style(verdictFormat[lesson.verdict], lesson.verdict)}\n  ${excerpt}\n  ${style('dim', `${lesson.id}, ${lesson.recipe ?? lesson.proposer}, ${lesson.language}`)}`;
}
