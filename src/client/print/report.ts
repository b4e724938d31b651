import type { Style } from '../style.js';
import type { ReportResult } from '../verbs/report.js';

export function printReport({ html, markdown, json, opened }: ReportResult, style: Style): string {
  const lines = [style('bold', html), markdown, json];
  if (opened === false) lines.push('there is nothing here to open it with: open the first file in a browser');
  return lines.join('\n');
}
