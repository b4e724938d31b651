import { describe, expect, it } from 'vitest';
import type { AgentAttempt } from '../../src/core/agent/attempt.js';
import type { Finding } from '../../src/core/finding.js';
import type { TrialSummary } from '../../src/core/status.js';
import { countAttempts, triedSoFar } from '../../src/core/targets/attempts.js';
import { chooseTargets } from '../../src/core/targets/choose.js';
import { functionKey } from '../../src/core/targets/target-function.js';

const finding = (name: string, selfShare: number, more: Partial<Finding> = {}): Finding => ({
  id: `id-${name}`, category: 'H1', file: `src/${name}.py`, function: name, line: 10, language: 'python', selfShare, totalShare: selfShare, hotLines: [], snippet: 'def f():\n    a\n    b', callSites: [], evidence: [], ...more,
});
const rules = { by: 'self' as const, top: 2, mostAttempts: 2, ignore: [], isProtected: () => false };
const chosen = (findings: Finding[], attempts = new Map<string, number>(), more = {}) => {
  const { targets, passedOver } = chooseTargets(findings, attempts, { ...rules, ...more });
  return [targets.map(({ function: name }) => name).join(' '), passedOver.ignored, passedOver.protected, passedOver.attempted];
};

describe('targets are chosen', () => {
  const [a, b, c] = [finding('a', 0.1, { samples: 90 }), finding('b', 0.5, { samples: 10 }), finding('c', 0.3, { samples: 50 })];

  it('by share or samples, at most so many, each function once', () => {
    expect(chosen([a, b, c])).toEqual(['b c', 0, 0, 0]);
    expect(chosen([a, b, c], new Map(), { by: 'samples', top: 3 })).toEqual(['a c b', 0, 0, 0]);
    expect(chosen([a, { ...b, id: 'other', selfShare: 0.05 }, b, c], new Map(), { top: 3 })).toEqual(['b c a', 0, 0, 0]);
    expect(chosen([])).toEqual(['', 0, 0, 0]);
    expect(() => chosen([a, finding('d', 0.9)], new Map(), { by: 'samples' })).toThrow('no number of samples');
  });

  it('passing over names, protected files, and what was tried often enough', () => {
    expect(chosen([a, b, c], new Map(), { ignore: ['^b$'], isProtected: (file: string) => file === c.file })).toEqual(['a', 1, 1, 0]);
    expect(chosen([a, b, c], new Map([[functionKey(b), 2], [functionKey(c), 1]]))).toEqual(['c a', 0, 0, 1]);
  });

  it('with names that stay short, and are known again all the same', () => {
    const long = finding('x'.repeat(400), 0.9);
    const { targets: [target] } = chooseTargets([long], new Map(), rules);
    expect(target?.function.length).toBeLessThan(130);
    expect(functionKey(target ?? long)).toBe(functionKey(long));
  });
});

describe('attempts are counted', () => {
  const trial = (id: string, candidate: Partial<TrialSummary['candidate']>): TrialSummary => ({ id, candidate: { id, proposer: 'recipes', findingId: null, file: 'src/a.py', line: 1, ...candidate }, verdict: { kind: 'rejected', measured: null, reasons: [] } } as unknown as TrialSummary);
  const attempt = (agent: string, outcome: AgentAttempt['outcome'], targets?: AgentAttempt['targets']): AgentAttempt => ({ agent, outcome, ...(targets === undefined ? {} : { targets }) } as AgentAttempt);
  const [a, b] = [finding('a', 0.5), finding('b', 0.3)];
  const count = (trials: TrialSummary[], agents: AgentAttempt[] = []) => {
    const counts = countAttempts(triedSoFar(trials, agents), [a, b, { ...a, id: 'earlier', line: 90 }]);
    return [a, b].map((one) => counts.get(functionKey(one)) ?? 0);
  };

  it('of trials, refused ones too, by their finding, of earlier rounds too, or by their place', () => {
    expect(count([trial('1', { findingId: 'id-a' }), trial('2', { findingId: 'earlier' }), trial('3', { line: 12 }), trial('4', { line: 13 }), trial('5', { file: 'src/b.py', line: 10 })])).toEqual([3, 1]);
  });

  it('once for a candidate that was tried again', () => {
    expect(count([trial('1', { findingId: 'id-a' }), { ...trial('1', { findingId: 'id-a' }), id: '1c' }])).toEqual([1, 0]);
  });

  it('of agents by the targets that they were given, also where no trial came of it', () => {
    const agents = [attempt('codex', 'build-failed', [a, b]), attempt('codex', 'passed', [b]), attempt('own', 'unchanged')];
    expect(count([trial('1', { proposer: 'codex', findingId: 'id-b' }), trial('2', { proposer: 'own', findingId: 'id-a' })], agents)).toEqual([2, 2]);
  });
});
