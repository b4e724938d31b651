import { ApplicationFailure, CancelledFailure } from '@temporalio/activity';
import { expect, it } from 'vitest';
import { HostTrouble } from '../../src/worker/host-trouble.js';

const failure = (type: string): ApplicationFailure => ApplicationFailure.create({ type, message: 'a message' });

it('counts what fails in a row for reasons of the host; what fails for others, and what always works, says nothing', () => {
  const trouble = new HostTrouble();
  trouble.ended('build', failure('PL_DISK_FULL'));
  trouble.ended('build', failure('PL_BUILD'));
  trouble.ended('build', new CancelledFailure('cancelled'));
  trouble.ended('ping');
  trouble.ended('survey', failure('PL_SANDBOX'));
  expect(trouble.failures).toEqual({ count: 2, last: 'PL_SANDBOX: a message' });
  trouble.ended('build');
  expect(trouble.failures).toEqual({ count: 0, last: '' });
});
