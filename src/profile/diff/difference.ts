import { openProfile } from '../tools/open.js';
import { compareProfiles } from './compare.js';
import { measureProfile, type Measured } from './measure.js';
import type { ProfileDiff } from './schema.js';

/** Databases of two profiles of one command. */
export interface DifferenceRequest {
  before: string;
  after: string;
}

/** What differs between two profiles. */
export function differenceOf({ before, after }: DifferenceRequest): ProfileDiff {
  return compareProfiles(measured(before), measured(after));
}

function measured(file: string): Measured {
  const db = openProfile(file);
  try {
    return measureProfile(db);
  } finally {
    db.close();
  }
}
