import { z } from 'zod';
import { compareProfiles } from '../diff/compare.js';
import { measureProfile } from '../diff/measure.js';
import { diffRowSchema, profileDiffSchema, sectionNames } from '../diff/schema.js';
import { limitSchema } from './gpu/support.js';
import { openProfile } from './open.js';
import { defineTool } from './tool.js';

const units = z.number().positive().nullable().default(null);

const input = z.object({
  with: z.string().min(1).max(4096).describe('The other profile, the later one.'),
  per: z.enum(['auto', 'run', 'iterations', 'calls', 'wall']).default('auto').describe('What makes a unit of work. auto: iterations where both profiles mark them, else one run each.'),
  range: z.string().max(500).nullable().default(null).describe('The range of which one is one iteration.'),
  calls_of: z.string().max(2000).nullable().default(null).describe('The function, kernel or call of which one is one unit.'),
  units_a: units.describe('How many units of work the first profile holds.'),
  units_b: units.describe('How many units of work the second profile holds.'),
  section: z.enum(sectionNames).nullable().default(null).describe('Only these rows.'),
  match: z.string().max(500).nullable().default(null).describe('Only what has this in its name or file, in any letter case.'),
  limit: limitSchema,
});

const facts = profileDiffSchema.omit({ v: true, rows: true, more: true, notes: true });

export const diff = defineTool({
  name: 'diff',
  aliases: ['profile_diff', 'compare'],
  summary: 'two profiles side by side, by unit of work: what gave time back, what costs more, what is new or gone',
  needs: {},
  otherProfile: 'with',
  input,
  row: diffRowSchema,
  facts,
  run(db, { with: other, per, range, calls_of: callsOf, units_a: unitsBefore, units_b: unitsAfter, section, match, limit }) {
    const after = openProfile(other);
    try {
      const { v: _, rows, more, notes, ...rest } = compareProfiles(measureProfile(db), measureProfile(after), { per, range, callsOf, unitsBefore, unitsAfter });
      if (rest.sections.every(({ comparable }) => comparable === 'no')) return { abstained: `nothing of the two can be compared: ${rest.sections.map(({ section: name, why }) => `${name}: ${why}`).join('; ') || 'both are empty'}` };
      const wanted = rows.filter((row) => (section === null || row.section === section) && (match === null || `${row.name}\n${row.file ?? ''}`.toLowerCase().includes(match.toLowerCase())));
      return { rows: wanted.slice(0, limit), more: Math.max(0, wanted.length - limit) + more, facts: rest, notes };
    } finally {
      after.close();
    }
  },
});
