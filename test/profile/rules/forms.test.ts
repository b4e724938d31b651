import { expect, it } from 'vitest';
import type { z } from 'zod';
import type { Analysis } from '../../../src/profile/rules/analyze.js';
import { analysisMarkdown } from '../../../src/report/analysis/markdown.js';
import { analysisSarif } from '../../../src/report/analysis/sarif.js';
import { sarifLog } from './sarif-objects.js';

const hostile = '<img src=x onerror=alert(1)>|`\n::error::';
const finding = {
  id: '0123456789ab', category: 'C3', rule: 'C3-scalar-read', title: `waits ${hostile}`, severity: 'high', confidence: 'low', file: 'src/a b/ä.py', function: 'train', line: 12, share: 0.4, headroom_ms: 40,
  evidence: [{ tool: 'sync', text: hostile, place: { profile: 'p.sqlite', table: 'CUPTI_ACTIVITY_KIND_RUNTIME', rangeMs: [1, 2] as [number, number], ids: [3, 4] } }], notes: ['Do it once.'],
} as const satisfies Analysis['findings'][number];
const analysis: Analysis = {
  profile: { file: 'p.sqlite', kind: 'nsys', device_ms: 100, busy_ms: null },
  findings: [{ ...finding, evidence: [...finding.evidence], notes: [...finding.notes] }, { ...finding, id: 'ba9876543210', rule: 'C1-idle-device', category: 'C1', severity: 'low', file: null, function: null, line: null, evidence: [], notes: [] }],
  abstained: [{ rule: 'H1-hot-function', reason: 'no code of the host' }],
  quiet: [],
};

const sarif = (repo: string | null): z.infer<typeof sarifLog> => sarifLog.parse(JSON.parse(JSON.stringify(analysisSarif(analysis, { version: '1.2.3', repo }))));

it('is a log of SARIF 2.1.0: levels, ranks, places relative to the sources, rules by their index', () => {
  const [run] = sarif('/home/a b/repo').runs;
  if (run === undefined) throw new Error('no run');
  expect(run.tool.driver.name).toBe('perfloop');
  expect(run.originalUriBaseIds).toEqual({ SRCROOT: { uri: 'file:///home/a%20b/repo/' } });
  expect(run.results[0]).toMatchObject({ level: 'error', partialFingerprints: { 'perfloopFinding/v1': finding.id }, locations: [{ physicalLocation: { artifactLocation: { uri: 'src/a%20b/%C3%A4.py', uriBaseId: 'SRCROOT' }, region: { startLine: 12 } } }] });
  expect(run.results[1]).not.toHaveProperty('locations');
  expect(run.invocations[0]?.toolExecutionNotifications).toHaveLength(1);
});

it('names no base where the sources are not known', () => {
  expect(sarif(null).runs[0]).not.toHaveProperty('originalUriBaseIds');
});

it.each<[string, (log: z.infer<typeof sarifLog>['runs'][number]) => void]>([
  ['a run without its tool', (run) => Reflect.deleteProperty(run, 'tool')],
  ['a result without its message', (run) => Reflect.deleteProperty(run.results[0] ?? {}, 'message')],
  ['a level that is none', (run) => Object.assign(run.results[0] ?? {}, { level: 'high' })],
  ['a rank over 100', (run) => Object.assign(run.results[0] ?? {}, { rank: 101 })],
  ['another rule than the index says', (run) => Object.assign(run.results[0] ?? {}, { ruleIndex: 1 })],
  ['a line 0', (run) => Object.assign(run.results[0]?.locations?.[0]?.physicalLocation.region ?? {}, { startLine: 0 })],
  ['a place with a space', (run) => Object.assign(run.results[0]?.locations?.[0]?.physicalLocation.artifactLocation ?? {}, { uri: 'a b.py' })],
  ['a property of our own outside of a bag', (run) => Object.assign(run.results[0] ?? {}, { severity: 'high' })],
  ['a base without its slash', (run) => Object.assign(run.originalUriBaseIds?.['SRCROOT'] ?? {}, { uri: 'file:///home' })],
])('the check of the objects refuses %s', (_what, change) => {
  const log = sarif('/repo');
  change(log.runs[0] as never);
  expect(sarifLog.safeParse(log).success).toBe(false);
});

it('keeps hostile names from being more than text in Markdown', () => {
  const text = analysisMarkdown(analysis);
  expect(text).not.toContain('<img');
  // A row of the table is one line with its five cells.
  expect(text.split('\n').filter((line) => line.startsWith('| high'))).toHaveLength(1);
  expect(text.split('\n').find((line) => line.startsWith('| high'))?.split(/(?<!\\)\|/)).toHaveLength(7);
  expect(text).toContain('C1-idle-device');
  expect(text).toContain('no code of the host');
});
