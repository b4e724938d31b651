import { z } from 'zod';
import { parseDuration } from '../duration-text.js';

const longestMs = 365 * 86_400_000;

/** A duration in the config: a text such as "90s", or a number of seconds. Becomes whole milliseconds, from 1 to a year. */
export const durationMs = z
  .union([z.string(), z.number()], { error: 'must be a duration such as "90s", "10m" or "1h30m", or a number of seconds' })
  .transform((value, context) => {
    const ms = typeof value === 'number' ? value * 1000 : parseDuration(value);
    if (ms === undefined || !Number.isFinite(ms)) {
      context.addIssue({ code: 'custom', message: `must be a duration such as "90s", "10m" or "1h30m", or a number of seconds, got ${JSON.stringify(value)}` });
      return z.NEVER;
    }
    if (ms < 1 || ms > longestMs) {
      context.addIssue({ code: 'custom', message: `must be from 1ms to 365d, got ${JSON.stringify(value)}` });
      return z.NEVER;
    }
    return Math.round(ms);
  })
  .meta({ title: 'duration' });
