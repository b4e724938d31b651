import { describe, expect, it } from 'vitest';
import { eventsBetween } from '../../src/client/events.js';
import { eventLine } from '../../src/client/print/events.js';
import { printShow } from '../../src/client/print/show.js';
import { plain } from '../../src/client/style.js';
import type { Question } from '../../src/core/status.js';
import { sampleStatus } from './sample-status.js';

const question: Question = { id: 'gate@2', step: 'gate', round: 1, count: 2, attempt: 1, text: 'Ship it?\u001b[2J', facts: [{ name: 'draft', text: 'alpha waits less' }, { name: 'changes', text: ' a.js | 2 +-\n b.js | 1 +' }], since: 0, until: 1_700_100_000_000, onTimeout: 'approve' };
const asking = sampleStatus({ state: 'awaiting-approval', trials: [], questions: [question] });

describe('what a step asks', () => {
  it('is told once, in a line with the command, and is no question about the branch', () => {
    const events = eventsBetween(sampleStatus({ trials: [] }), asking);
    expect(events).toMatchObject([{ kind: 'question', question: { id: 'gate@2' } }, { kind: 'state', state: 'awaiting-approval' }]);
    expect(eventsBetween(asking, asking)).toEqual([]);
    const [line = ''] = events.map((event) => eventLine(event, 1000, plain));
    expect(line).toContain('gate@2 waits for a decision: Ship it? [2J: perfloop approve r-k3v7q2xa gate@2 (or reject)');
  });

  it('stands in `show` with what there is to decide by, until when, and the commands', () => {
    const shown = printShow({ status: asking, branch: 'perfloop/r-k3v7q2xa' }, plain);
    expect(shown).toContain(`gate@2 waits for a decision: Ship it? [2J
  draft    alpha waits less
  changes   a.js | 2 +-
            b.js | 1 +
  approved at 2023-11-16T02:00:00.000Z where nobody decides`);
    expect(shown).toMatch(/perfloop approve r-k3v7q2xa gate@2 +or reject; --comment says why/);
    expect(shown).not.toContain(' final');
    expect(shown).not.toContain('\u001b');
  });

  it('is over when it was answered, and when the run has ended', () => {
    const decided = { ...asking, decisions: [{ id: 'd', trial: 'gate@2', approve: false, who: 'ann', comment: 'too clever', at: 1 }] };
    expect(printShow({ status: decided, branch: '' }, plain)).not.toContain('waits for a decision');
    expect(printShow({ status: decided, branch: '' }, plain)).toContain('gate@2 rejected by ann: too clever');
    expect(printShow({ status: { ...asking, state: 'failed', endedAt: 1 }, branch: '' }, plain)).not.toContain('waits for a decision');
  });
});
