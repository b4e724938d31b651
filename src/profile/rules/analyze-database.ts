import { openProfile } from '../tools/open.js';
import { analyzeProfile, type Analysis, type AnalysisRequest } from './analyze.js';

export interface DatabaseRequest extends AnalysisRequest {
  /** What the profile was imported to. */
  database: string;
}

/** Opens the database of a profile, asks all rules and closes it. */
export async function analyzeDatabase({ database, ...request }: DatabaseRequest): Promise<Analysis> {
  const db = openProfile(database);
  try {
    return await analyzeProfile(db, request);
  } finally {
    db.close();
  }
}
