import { expect, it } from 'vitest';
import { triedCandidates } from '../../../src/core/run/round.js';
import type { TrialSummary } from '../../../src/core/status.js';
import { sampleTrial } from '../../client/sample-status.js';

const trial = (id: string, codes: ('futile' | 'faster' | 'superseded')[]): TrialSummary => {
  const sample = sampleTrial();
  return sampleTrial({ candidate: { ...sample.candidate, id }, verdict: { kind: 'rejected', measured: null, reasons: codes.map((code) => ({ code, text: code })) } });
};

it('a candidate that another one overtook may be proposed again; one that was judged may not', () => {
  expect(triedCandidates([trial('judged', ['futile']), trial('overtaken', ['faster', 'superseded']), trial('measured afresh', ['superseded']), trial('measured afresh', ['futile'])])).toEqual(['judged', 'measured afresh']);
});
