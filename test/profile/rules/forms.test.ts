import { expect, it } from 'vitest';
import type { Analysis } from '../../../src/profile/rules/analyze.js';
import { analysisMarkdown } from '../../../src/report/analysis/markdown.js';
import { analysisSarif } from '../../../src/report/analysis/sarif.js';

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

interface Log {
  version: string;
  runs: [{ tool: { driver: { name: string; rules: { id: string }[] } }; originalUriBaseIds: Record<string, { uri: string }>; invocations: { toolExecutionNotifications: object[] }[]; results: { ruleId: string; ruleIndex: number; level: string; rank: number; message: { text: string }; locations?: { physicalLocation: { artifactLocation: { uri: string; uriBaseId: string }; region: { startLine: number } } }[]; partialFingerprints: Record<string, string> }[] }];
}

it('is a log of SARIF 2.1.0: levels, ranks, places relative to the sources, rules by their index', () => {
  const log = JSON.parse(JSON.stringify(analysisSarif(analysis, { version: '1.2.3', repo: '/home/a b/repo' }))) as Log;
  expect(log.version).toBe('2.1.0');
  const [run] = log.runs;
  expect(run.tool.driver.name).toBe('perfloop');
  // A base has to be absolute and to end with a slash (3.14.14).
  expect(run.originalUriBaseIds).toEqual({ SRCROOT: { uri: 'file:///home/a%20b/repo/' } });
  for (const { ruleId, ruleIndex, level, rank, message } of run.results) {
    expect(run.tool.driver.rules[ruleIndex]?.id).toBe(ruleId);
    expect(['none', 'note', 'warning', 'error']).toContain(level);
    expect(rank).toBeGreaterThanOrEqual(0);
    expect(rank).toBeLessThanOrEqual(100);
    expect(message.text).not.toBe('');
  }
  expect(run.results[0]).toMatchObject({ level: 'error', partialFingerprints: { 'perfloopFinding/v1': finding.id }, locations: [{ physicalLocation: { artifactLocation: { uri: 'src/a%20b/%C3%A4.py', uriBaseId: 'SRCROOT' }, region: { startLine: 12 } } }] });
  expect(run.results[1]).not.toHaveProperty('locations');
  expect(run.invocations[0]?.toolExecutionNotifications).toHaveLength(1);
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
