import { expect, it } from 'vitest';
import { gpuCases } from '../../../src/profile/cases/gpu-cases.js';
import { hostCases } from '../../../src/profile/cases/host-cases.js';
import { benchAnalyze } from '../../../src/profile/cases/run.js';
import { scoreCase } from '../../../src/profile/cases/score.js';

it('finds the cause of every simulated case of a GPU at its line, nothing besides, and nothing in the healthy one', async () => {
  const { cases } = await benchAnalyze({ cases: gpuCases });
  expect(cases.map(({ name, result, falsePositives }) => ({ name, result, falsePositives }))).toEqual(
    gpuCases.map(({ name, truth }) => ({ name, result: truth === null ? 'clean' : 'exact', falsePositives: [] })),
  );
});

it('finds the cause of what real profilers recorded of host code, or says that there is no such profiler', async () => {
  const { cases } = await benchAnalyze({ cases: hostCases });
  expect(cases.map(({ name, result, reason }) => [name, result === 'not run' ? typeof reason : result])).toEqual(cases.map(({ name, result }) => [name, result === 'not run' ? 'string' : 'exact']));
  expect(cases.filter(({ result }) => result === 'exact').length).toBeGreaterThanOrEqual(2);
  // Samplers see the small parts of a program differently each time; what is counted is the same.
  const besides = (kind: string): string[] => cases.flatMap(({ falsePositives }, index) => { const profile = hostCases[index]?.profile; return profile !== undefined && 'kind' in profile && profile.kind === kind ? falsePositives : []; });
  expect(besides('cprofile')).toEqual([]);
  expect(besides('v8').length).toBeLessThanOrEqual(1);
});

it('scores exact and near matches, misses, and findings that should not be', () => {
  const truth = { category: 'C3', file: 'a.py', function: 'train', line: 10 } as const;
  const finding = { id: 'x', rule: 'C3-x', title: '', severity: 'low', confidence: 'low', share: 0.1, headroom_ms: 1, evidence: [], notes: [], category: 'C3', file: 'a.py', function: 'train', line: 10 } as const;
  const result = (...found: object[]): [string, string[]] => {
    const { result: of, falsePositives } = scoreCase('case', truth, found.map((one) => ({ ...finding, evidence: [], notes: [], ...one })));
    return [of, falsePositives];
  };
  expect(result({})).toEqual(['exact', []]);
  expect(result({ line: 40 })).toEqual(['near', []]);
  expect(result({ function: 'other', line: 15 })).toEqual(['near', []]);
  expect(result({ function: 'other', line: 16 })).toEqual(['missed', ['C3-x']]);
  expect(result({ category: 'C4' }, {})).toEqual(['exact', ['C3-x']]);
  expect(result({ file: null, function: null, line: null })).toEqual(['missed', ['C3-x']]);
  expect(scoreCase('healthy', null, []).result).toBe('clean');
  expect(scoreCase('healthy', null, [{ ...finding, evidence: [], notes: [] }]).result).toBe('missed');
});
