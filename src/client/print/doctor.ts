import type { DoctorResult } from '../verbs/doctor.js';
import type { Format, Style } from '../style.js';
import { cleanLines } from './numbers.js';

const signs: Record<DoctorResult['checks'][number]['status'], [string, Format]> = { ok: ['ok', 'green'], warn: ['warn', 'yellow'], fail: ['FAIL', ['bold', 'red']] };

export function printDoctor({ checks, ok }: DoctorResult, style: Style): string {
  const width = Math.max(0, ...checks.map((check) => check.name.length));
  const lines = checks.flatMap((check) => {
    const [sign, format] = signs[check.status];
    return [`${style(format, sign.padEnd(4))}  ${check.name.padEnd(width)}  ${cleanLines(check.found)}${check.status === 'ok' ? '' : style('dim', ` (needed for ${check.neededFor})`)}`, ...(check.fix === null ? [] : [`      ${' '.repeat(width)}  fix: ${cleanLines(check.fix)}`])];
  });
  return [...lines, '', ok ? 'perfloop can work here' : 'perfloop cannot work here yet: mend what is marked FAIL'].join('\n');
}
