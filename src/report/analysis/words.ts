import type { Analysis } from '../../profile/rules/analyze.js';
import type { AnalysisFinding } from '../../profile/rules/located.js';
import { milliseconds } from '../../profile/rules/words.js';

/** `src/train.py:12 in train`, or that it is not known. */
export function placeText({ file, line, function: name }: Pick<AnalysisFinding, 'file' | 'line' | 'function'>): string {
  if (file === null) return 'place unknown';
  return `${file}${line === null ? '' : `:${line}`}${name === null ? '' : ` in ${name}`}`;
}

/** Rules by their reason to abstain, so that each reason is said once. */
export function reasonsOf(abstained: Analysis['abstained']): Map<string, string[]> {
  const reasons = new Map<string, string[]>();
  for (const { rule, reason } of abstained) reasons.set(reason, [...(reasons.get(reason) ?? []), rule]);
  return reasons;
}

/** What was measured: `nsys, 969 ms on the devices`. */
export function profileText({ profile }: Analysis): string {
  return [
    profile.kind,
    ...(profile.device_ms === null ? [] : [`${milliseconds(profile.device_ms)} on the devices`]),
    ...(profile.busy_ms === null ? [] : [`${milliseconds(profile.busy_ms)} of busy host code`]),
  ].join(', ');
}
