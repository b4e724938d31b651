import { z } from 'zod';

export const writtenLessonSchema = z.object({
  title: z.string().trim().min(1).max(120).describe('The lesson in a line.'),
  lesson: z.string().trim().min(1).max(800).describe('What to do or to leave, where, and why.'),
  trials: z.array(z.string().max(40)).min(1).max(20).describe('Ids of the trials that show it.'),
});
export type WrittenLesson = z.infer<typeof writtenLessonSchema>;

export const lessonsSchema = (most: number) => z.object({ lessons: z.array(writtenLessonSchema).max(most) });
