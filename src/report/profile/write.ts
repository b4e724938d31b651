import { statSync } from 'node:fs';
import { PerfloopError } from '../../core/errors.js';
import { writeFileAtomic } from '../../store/atomic-file.js';
import type { ProfilePageData } from './data.js';
import { gatherProfilePage, type GatherRequest } from './gather.js';
import { profilePageHtml } from './page.js';

/** What was written. */
export interface WrittenPage {
  page: string;
  bytes: number;
  /** Of the profile, and spans that they are in the timeline: fewer where short neighbours were merged. */
  events: number;
  spans: number;
  /** Nanoseconds within which neighbours were merged; 0: every event is there. */
  mergedWithinNs: number;
  views: { timeline: boolean; flame: boolean; treemap: boolean; copies: boolean; findings: boolean };
}

type PageRequest = Omit<GatherRequest, 'writtenAt'>;

/** The page of a profile as text, with what is on it. */
export function profilePage(request: PageRequest): { text: string; data: ProfilePageData } {
  const data = gatherProfilePage({ ...request, writtenAt: Date.now() });
  request.onProgress?.('writing', 0.97);
  return { text: profilePageHtml(data), data };
}

/** Writes the page of a profile. Throws PL_REPORT_UNWRITABLE. */
export async function writeProfilePage({ file, ...request }: PageRequest & { file: string }): Promise<WrittenPage> {
  const { text, data } = profilePage(request);
  try {
    await writeFileAtomic(file, text);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    throw new PerfloopError('PL_REPORT_UNWRITABLE', `the page cannot be written: ${code}`, { where: file, fix: 'Name another file with -o, or free some space.', cause: error });
  }
  const { timeline, flame, treemap, copies, findings } = data;
  return {
    page: file,
    bytes: statSync(file).size,
    events: timeline?.events ?? 0,
    spans: timeline?.spans ?? 0,
    mergedWithinNs: timeline?.index.resolutionNs ?? 0,
    views: { timeline: timeline !== null, flame: flame !== null, treemap: treemap !== null, copies: copies !== null, findings: findings !== null },
  };
}
