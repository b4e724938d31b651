import { describe, expect, it } from 'vitest';
import { printApplied } from '../../src/client/print/applied.js';
import { fleetNotes } from '../../src/client/print/fleet.js';
import { printShow } from '../../src/client/print/show.js';
import { styleFor } from '../../src/client/style.js';
import type { FleetState } from '../../src/client/verbs/fleet.js';
import { sampleStatus, sampleTrial } from './sample-status.js';

const plain = styleFor(false);
const back = (trial: string) => ({ trial, who: 'perfloop', why: 'execute is slow.', alert: 'phase/parser/execute', at: 0 });

describe('a run of which something is rolled back', () => {
  const accepted = sampleStatus({ run: 'r-k3v7q2xa', state: 'done', endedAt: 1, accepted: 2, trials: [sampleTrial(), sampleTrial({ id: 'r1-2' })] });

  it('is shown with who did it, when and why, and what is left of it is offered', () => {
    const shown = printShow({ status: { ...accepted, rolledBack: [back('r1-2')] }, branch: 'perfloop/r-k3v7q2xa' }, plain);
    expect(shown).toContain('rolled back\n  1970-01-01T00:00:00.000Z  r1-2 by perfloop (alert phase/parser/execute): execute is slow.\n  perfloop rollback r-k3v7q2xa --undo gives it back');
    expect(shown).toMatch(/perfloop apply r-k3v7q2xa .*up to the first patch that is rolled back/);
  });

  it('is not offered at all where nothing is left', () => {
    const shown = printShow({ status: { ...accepted, rolledBack: [back('r1-1'), back('r1-2')] }, branch: 'perfloop/r-k3v7q2xa' }, plain);
    expect(shown).not.toContain('perfloop apply');
    expect(printShow({ status: accepted, branch: 'perfloop/r-k3v7q2xa' }, plain)).toMatch(/perfloop apply r-k3v7q2xa .*into your repository$/m);
  });

  it('says so where it is applied, and in the list of its fleet', () => {
    expect(printApplied({ branch: 'perfloop/r-1', commit: 'a'.repeat(40), commits: 1, merged: 'no', next: 'git log', leftOut: ['r1-2'] }, plain)).toContain('rolled back: r1-2; the branch ends before the first of them');
    const state: FleetState = { target: 'parser', schedule: 'on', note: '', next: null, running: null, run: null, drift: [], last: { workflow: 'w', state: 'completed', at: '', rolledBack: 2, failure: null, result: { run: 'r-1', base: 'b', accepted: 2, speedup: null } } };
    expect(fleetNotes(state, 'parser', plain)).toEqual(['parser: rolled back: 2 of what r-1 accepted: `perfloop show r-1`']);
  });
});
