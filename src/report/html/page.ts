import type { ReportData } from '../data.js';
import { evidenceOf } from '../evidence.js';
import { headlineOf, isOver } from '../facts.js';
import { clip } from '../words.js';
import { documentHead } from './document-head.js';
import { findingsSection } from './findings.js';
import { head } from './head.js';
import { html, type Markup } from './markup.js';
import { knobsSection } from './knobs.js';
import { measurement } from './measurement.js';
import { methodSection } from './method.js';
import { metricsTable } from './metrics-table.js';
import { missing } from './missing.js';
import { overview } from './overview.js';
import { agentsSection, decisionsSection, environmentSection, reproduceSection } from './records.js';
import { stepsSection } from './steps.js';
import { style } from './style.js';
import { trialDetails } from './trial.js';
import { worthSection } from './worth.js';

/** The whole report as one HTML document without scripts, which its own policy forbids too, and without any other file. */
export function reportHtml(data: ReportData): string {
  const { status } = data;
  const single = status.kind === 'judge';
  return html`<!doctype html>
<html lang="en">
${documentHead({ title: `${clip(status.target.name, 80)}: ${headlineOf(status).text}, perfloop ${status.run}`, style, scripts: null })}
<body><main>
${head(data)}
${finalSection(data)}
${single ? null : worthSection(data)}
${single ? null : overview(data)}
${trialDetails(data)}
${stepsSection(data)}
${knobsSection(data)}
${findingsSection(data)}
${methodSection(data)}
${agentsSection(data)}
${decisionsSection(data)}
${environmentSection(data)}
${reproduceSection(data)}
<footer><p>Written by perfloop${isOver(status) ? '' : ' while the run goes on'}. The verdicts can be computed again from the samples at any time; report.json beside this file holds the numbers.</p></footer>
</main></body></html>
`.text;
}

/** Before and after of every metric: champion against base, reported whatever it shows. */
function finalSection({ status, final, metrics }: ReportData): Markup | null {
  if (status.final === null) return null;
  const evidence = final.kind === 'there' ? evidenceOf(final.value, metrics, status.final.measured) : null;
  return html`<section aria-labelledby="final"><h2 id="final">Before and after</h2>
${evidence === null ? html`${metricsTable(status.final.metrics, metrics, ['base', 'champion'], status.final.measured.ci95[0] > 1 || status.final.measured.ci95[1] < 1)}${missing('The plot of the final measurement', final.kind === 'missing' ? final.why : 'no samples are kept')}` : measurement(evidence, 'final-samples', ['base', 'champion'])}</section>`;
}
