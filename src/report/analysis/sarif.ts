import { pathToFileURL } from 'node:url';
import type { Severity } from '../../core/finding.js';
import type { Analysis } from '../../profile/rules/analyze.js';
import type { AnalysisFinding } from '../../profile/rules/located.js';
import { categories } from '../../profile/rules/categories.js';
import { rules } from '../../profile/rules/rules.js';

const levels: Record<Severity, 'error' | 'warning' | 'note'> = { high: 'error', medium: 'warning', low: 'note' };
/** From 0 to 100, as SARIF ranks. */
const ranks: Record<Severity, number> = { high: 90, medium: 50, low: 20 };

/** A log of SARIF 2.1.0 (OASIS standard, 27 March 2020) with one run. Findings without a place have no location: viewers list them by themselves. */
export function analysisSarif({ profile, findings, abstained }: Analysis, { version, repo }: { version: string; repo: string | null }): object {
  const used = [...new Set(findings.map(({ rule }) => rule))];
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [{
      tool: {
        driver: {
          name: 'perfloop',
          semanticVersion: version,
          rules: used.map((id) => ruleOf(id)),
        },
      },
      columnKind: 'utf16CodeUnits',
      ...(repo === null ? {} : { originalUriBaseIds: { SRCROOT: { uri: `${pathToFileURL(repo).href.replace(/\/$/, '')}/` } } }),
      invocations: [{
        executionSuccessful: true,
        toolExecutionNotifications: abstained.map(({ rule, reason }) => ({ level: 'note', message: { text: `${rule} could not judge: ${reason}` } })),
      }],
      results: findings.map((finding) => resultOf(finding, used)),
      properties: { profile },
    }],
  };
}

function ruleOf(id: string): object {
  const rule = rules.find((one) => one.id === id);
  return {
    id,
    ...(rule === undefined ? { shortDescription: { text: 'Claimed by a language model, with evidence from the profile.' } } : {
      shortDescription: { text: rule.looksFor },
      fullDescription: { text: `${rule.looksFor}. It may be none: ${rule.falsePositives} Not seen: ${rule.blindTo}` },
      properties: { tags: ['performance', categories[rule.category]], category: rule.category },
    }),
  };
}

function resultOf(finding: AnalysisFinding, used: readonly string[]): object {
  const { id, rule, title, severity, confidence, file, line, function: name, share, headroom_ms: headroomMs, evidence, notes } = finding;
  return {
    ruleId: rule,
    ruleIndex: used.indexOf(rule),
    level: levels[severity],
    rank: ranks[severity],
    message: { text: [title, ...evidence.map(({ text }) => text), ...notes].join('\n') },
    ...(file === null ? {} : {
      locations: [{
        // Only what is relative belongs to the repository.
        physicalLocation: { artifactLocation: { uri: encodeURI(file), ...(file.startsWith('/') ? {} : { uriBaseId: 'SRCROOT' }) }, ...(line === null ? {} : { region: { startLine: line } }) },
        ...(name === null ? {} : { logicalLocations: [{ name, kind: 'function' }] }),
      }],
    }),
    partialFingerprints: { 'perfloopFinding/v1': id },
    properties: { confidence, share, headroomMs, evidence },
  };
}
