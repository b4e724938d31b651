import { join } from 'node:path';
import { expect, it } from 'vitest';
import { pythonWithTorch, type Behaviour } from '../../../src/propose/exam/behaviour.js';
import { runExam } from '../../../src/propose/exam/exam.js';
import { givenFinding } from '../../../src/propose/exam/given-finding.js';
import { loadCases } from '../../../src/propose/exam/load-cases.js';
import { patchOf } from '../../../src/propose/exam/patch.js';
import { hasCause, scoreFinding, type FindingScore } from '../../../src/propose/exam/score.js';
import { sumOf } from '../../../src/propose/exam/sum.js';
import type { CaseText } from '../../../src/propose/exam/exam-case.js';
import type { Proposer } from '../../../src/propose/proposer.js';
import { candidateOf, referenceProposer } from './reference.js';

const root = join(import.meta.dirname, '..', '..', '..', 'bench', 'recipes');
const harness = join(root, 'harness.py');
// Those in development were held out before, and their patches judged here while they were; all of them are read.
const developed = await loadCases(root, 'development');
const cases = await loadCases(root, 'held-out');
const python = await pythonWithTorch(['python3', '/usr/bin/python3']);
const mlp = developed.find(({ name }) => name === 'mlp-argparse') ?? fail('mlp-argparse');
const finding = (name: string) => mlp.findings.find((one) => one.name === name) ?? fail(name);

function fail(name: string): never {
  throw new Error(`no ${name}`);
}

function scored(name: string, proposed: { edits: CaseText[]; behaviour?: Behaviour }[]): Pick<FindingScore, 'result' | 'recipe'> {
  const given = finding(name);
  const proposals = proposed.map(({ edits, behaviour = { kind: 'same' } }, index) => {
    const candidate = candidateOf(mlp, given, edits, `patch ${index}`);
    return { candidate, ...(patchOf(candidate, mlp.program) ?? fail('patch')), behaviour };
  });
  const { result, recipe } = scoreFinding(given, givenFinding(given, mlp).place, proposals);
  return { result, recipe };
}

const right = (name: string): CaseText[] => {
  const given = finding(name);
  return given.kind === 'real' ? given.right : given.tempting;
};

it('scores a patch as right only when the cause is gone, the program behaves the same and no more is changed than needed', () => {
  const name = 'loss-to-host-each-step';
  const edits = right(name);
  expect(scored(name, [])).toEqual({ result: 'not patched', recipe: null });
  expect(scored(name, [{ edits }])).toEqual({ result: 'right', recipe: 'patch 0' });
  expect(scored(name, [{ edits, behaviour: { kind: 'not run', why: 'no torch' } }]).result).toBe('unchecked');
  expect(scored(name, [{ edits, behaviour: { kind: 'differs', how: 'result[0] is 2, not 1' } }]).result).toBe('wrong');
  const elsewhere = [{ find: '"""Synthetic readings of 16 sensors', put: `"""${'Readings.\n    '.repeat(9)}Synthetic readings of 16 sensors` }];
  expect(scored(name, [{ edits: [...edits, ...elsewhere] }]).result).toBe('wrong');
});

it('judges the first patch that removes the cause, and one that breaks the statement of the cause without removing it', () => {
  const name = 'loss-to-host-each-step';
  const renamed = [{ find: 'total_loss += loss.item() * labels.size(0)', put: 'total_loss += loss.item() * labels.size(1)' }];
  const elsewhere = [{ find: '    model.train()\n', put: '' }];
  expect(scored(name, [{ edits: renamed, behaviour: { kind: 'differs', how: 'IndexError' } }])).toEqual({ result: 'wrong', recipe: 'patch 0' });
  expect(scored(name, [{ edits: renamed }])).toEqual({ result: 'not patched', recipe: null });
  expect(scored(name, [{ edits: elsewhere, behaviour: { kind: 'differs', how: 'other' } }]).result).toBe('not patched');
  expect(scored(name, [{ edits: renamed }, { edits: right(name) }, { edits: elsewhere }])).toEqual({ result: 'right', recipe: 'patch 1' });
});

it('scores a false finding as patched when its statement is changed, and not for a change elsewhere', () => {
  const name = 'rate-search-reads-its-loss';
  const tempted = [{ find: '        value = loss.item()\n', put: '        value = loss.detach()\n' }];
  expect(scored(name, [])).toEqual({ result: 'turned down', recipe: null });
  expect(scored(name, [{ edits: tempted }])).toEqual({ result: 'patched', recipe: 'patch 0' });
  expect(scored(name, [{ edits: [{ find: '        rate *= factor\n', put: '        rate = rate * factor\n' }] }]).result).toBe('turned down');
});

it('is told the cause and a right patch for each real finding, and at most the patch that one is tempted to for a false one', async () => {
  const causes = cases.flatMap((one) => one.findings.flatMap((given) => (given.kind === 'real' && !hasCause(given, one.program.get(given.file) ?? '') ? [`${one.name} ${given.name}`] : [])));
  expect(causes).toEqual([]);
  const scores = await runExam({ cases, proposer: referenceProposer(cases), python: { missing: 'not asked' }, harness });
  const wrong = scores.flatMap(({ program, findings }) => findings.filter(({ kind, result }) => result !== (kind === 'real' ? 'unchecked' : result)).map((one) => ({ program, ...one })));
  expect(wrong).toEqual([]);
  const tempting = new Set(cases.flatMap((one) => one.findings.flatMap((given) => (given.kind === 'false' && given.tempting.length > 0 ? [`${one.name} ${given.name}`] : []))));
  expect(new Set(scores.flatMap(({ program, findings }) => findings.filter(({ result }) => result === 'patched').map(({ finding }) => `${program} ${finding}`)))).toEqual(tempting);
  expect(sumOf(scores)).toMatchObject({ programs: cases.length, right: 0, wrong: 0, notPatched: 0, besides: 0 });
});

it.skipIf('missing' in python)('tells a right patch from one that changes the losses by running both (needs torch)', async () => {
  const patches: Record<string, CaseText[]> = {
    'loss-to-host-each-step': [...right('loss-to-host-each-step').slice(1), { find: 'total_loss += loss.item() * labels.size(0)', put: 'total_loss += loss.detach()' }],
    'hits-to-host-each-step': right('hits-to-host-each-step'),
    'loader-in-the-main-process': [{ find: 'batch_size=args.batch_size, shuffle=True)', put: 'batch_size=args.batch_size, num_workers=2)' }],
  };
  const proposer: Proposer = {
    name: 'given',
    async propose({ id }) {
      const given = mlp.findings.find((one) => givenFinding(one, mlp).finding.id === id) ?? fail(id);
      const edits = patches[given.name];
      return edits === undefined ? [] : [candidateOf(mlp, given, edits, given.name)];
    },
  };
  const [score] = await runExam({ cases: [mlp], proposer, python, harness });
  expect(Object.fromEntries(score?.findings.map(({ finding, result }) => [finding, result]) ?? [])).toEqual({
    'loss-to-host-each-step': 'wrong',
    'hits-to-host-each-step': 'right',
    'gradients-in-evaluation': 'not patched',
    'loader-in-the-main-process': 'wrong',
    'multiplications-in-full-precision': 'not patched',
    'rate-search-reads-its-loss': 'turned down',
  });
});
