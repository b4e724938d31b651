import { z } from 'zod';

const unitMs: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Milliseconds in a text such as `90s`, `10m`, `1h30m` or `250ms`; undefined when it is none. */
export function parseDuration(text: string): number | undefined {
  const compact = text.replaceAll(/\s+/g, '');
  if (!/^(?:\d+(?:\.\d+)?(?:ms|s|m|h|d))+$/.test(compact)) return undefined;
  let total = 0;
  for (const [, amount, unit] of compact.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g)) total += Number(amount) * (unitMs[unit ?? ''] ?? 0);
  return total;
}

/** A duration in the config: a text such as "90s", or a number of seconds. Becomes milliseconds. */
export const durationMs = z
  .union([z.string(), z.number()])
  .transform((value, context) => {
    const ms = typeof value === 'number' ? value * 1000 : parseDuration(value);
    if (ms === undefined || !Number.isFinite(ms) || ms <= 0) {
      context.addIssue({ code: 'custom', message: 'must be a duration such as "90s", "10m" or "1h30m"' });
      return z.NEVER;
    }
    return ms;
  });
