import { z } from 'zod';
import { openJournal, type Journal } from './journal.js';
import { sampleSchema } from './sample-journal.js';
import type { SeriesRun } from './take-series.js';

const run = z.object({ number: z.int().min(1), warmup: z.boolean(), at: z.number(), seed: z.string(), sample: sampleSchema });

/** The runs of a series, without what they printed. Of another header, such as another commit, none is mixed in. */
export function openSeriesJournal(path: string, header: object): Promise<Journal<SeriesRun>> {
  return openJournal<SeriesRun>(path, header, (line, place) => {
    const found = parsed(line);
    return found?.number === place + 1 ? { ...found, printed: [] } : null;
  });
}

function parsed(line: string): z.infer<typeof run> | null {
  try {
    return run.parse(JSON.parse(line));
  } catch {
    return null;
  }
}
