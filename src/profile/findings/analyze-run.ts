import type { Finding } from '../../core/finding.js';
import { analyzeProfile, type Analysis } from '../rules/analyze.js';
import { hotFrames, type HotFrame } from '../tools/hot-functions.js';
import { openProfile } from '../tools/open.js';
import { deviceFindings } from './device-findings.js';
import { findingsFrom, tracked, type FindingsRequest } from './findings.js';

export interface RunRequest extends FindingsRequest {
  /** What the profile was imported to. */
  database: string;
}

export interface RunFindings {
  /** For proposers: those that stand on a function of a tracked file, at most `top`; those about devices first. */
  findings: Finding[];
  /** What took the most time, wherever it is from. */
  entries: HotFrame[];
  /** What all rules say. */
  analysis: Analysis;
}

/** More of them nobody reads. */
const mostEntries = 1000;

/** What a run learns of its profile. */
export async function analyzeRun({ database, ...request }: RunRequest): Promise<RunFindings> {
  const db = openProfile(database);
  try {
    const analysis = await analyzeProfile(db, { file: database, repo: request.worktree });
    const ofDevices = await deviceFindings(analysis, request.worktree, await tracked(request.worktree));
    const ofHost = await findingsFrom(db, request);
    return { findings: [...ofDevices, ...ofHost].slice(0, request.top), entries: hotFrames(db, { root: null, separate: true }).slice(0, mostEntries), analysis };
  } finally {
    db.close();
  }
}
