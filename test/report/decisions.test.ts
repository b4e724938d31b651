import { expect, it } from 'vitest';
import { decisionsSection } from '../../src/report/html/records.js';
import type { ReportData } from '../../src/report/data.js';
import { sampleStatus } from '../client/sample-status.js';

it('what a step asked is decided on by its name, without a link to a trial; what waits still stands there with its question', () => {
  const decision = { approve: true, who: 'ann', comment: 'fine', at: 1 };
  const question = { step: 'gate', round: 1, count: 1, attempt: 1, text: 'Ship <it>?', facts: [], since: 0, until: 1, onTimeout: 'reject' as const };
  const status = sampleStatus({ decisions: [{ ...decision, id: 'a', trial: 'gate' }, { ...decision, id: 'b', trial: 'r1-1' }, { ...decision, id: 'c', trial: 'final' }], questions: [{ ...question, id: 'gate@2' }] });
  const shown = decisionsSection({ status } as ReportData)?.text ?? '';
  expect(shown).toContain('step gate <strong class="good">approved</strong> by ann');
  expect(shown).not.toContain('#t-gate');
  expect(shown).toContain('<a href="#t-r1-1">r1-1</a>');
  expect(shown).toContain('the branch <strong');
  expect(shown).toContain('step gate@2 waits for a decision: Ship &lt;it&gt;?');
});
