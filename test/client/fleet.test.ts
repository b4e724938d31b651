import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseFleet } from '../../src/core/fleet/parse.js';
import { printFleetChanges, printFleetStatus, printFleetSteered } from '../../src/client/print/fleet.js';
import { plain } from '../../src/client/style.js';
import { missingFolders, type FleetState } from '../../src/client/verbs/fleet.js';

const state = (target: string, more: Partial<FleetState> = {}): FleetState => ({ target, schedule: 'on', note: '', next: '2026-11-23T01:34:38.801Z', running: null, last: null, run: null, drift: [], ...more });
const failed = { workflow: 'w', state: 'failed', at: '2026-11-22T19:49:06.875Z', result: null, failure: { code: 'PL_TESTS_NONE', message: 'the test command runs no test' } };

describe('the status of a fleet', () => {
  it('says why a target failed, stands still, waits, or was changed', () => {
    const text = printFleetStatus({ fleet: 'nightly', sweep: null, targets: [
      state('parser', { last: failed }),
      state('matrix', { running: 'w', run: { run: 'r-abc', state: 'awaiting-approval' } }),
      state('old', { schedule: 'paused', next: null, note: 'paused after 3 failures in a row', last: failed }),
      state('moved', { drift: ['jitter: 0, not 600000'] }),
    ] }, plain);
    expect(text.split('\n')).toEqual([
      'target  next (UTC)        last (UTC)        result         now',
      'parser  2026-11-23 01:34  2026-11-22 19:49  PL_TESTS_NONE',
      'matrix  2026-11-23 01:34                                   waiting',
      'old     paused            2026-11-22 19:49  PL_TESTS_NONE',
      'moved   2026-11-23 01:34',
      'parser: failed: PL_TESTS_NONE: the test command runs no test',
      'matrix: waits for a person: `perfloop show r-abc`',
      'old: paused after 3 failures in a row; `perfloop fleet resume old`',
      'moved: changed by hand: jitter: 0, not 600000',
    ]);
  });
});

describe('what was applied', () => {
  it('says of a change by hand whether it was overwritten', () => {
    const shown = (done: boolean): string => printFleetChanges({ fleet: 'nightly', alerts: 'none', warnings: [], changes: [{ target: 'a', change: 'drift', what: [], drift: ['jitter: 0, not 600000'], done }] }, plain);
    expect(shown(true)).toContain('! a (overwritten)\n');
    expect(shown(false)).toContain('! a (left as it is)\n');
  });
});

describe('a path that is no repository here', () => {
  it('is told before its first run fails', () => {
    const folder = mkdtempSync(join(tmpdir(), 'perfloop-fleet-'));
    try {
      mkdirSync(join(folder, 'there', '.git'), { recursive: true });
      const text = ['there', 'away'].map((name) => `[[targets]]\nname = "${name}"\nrepository = "${name}"\n`).join('');
      const fleet = parseFleet(`[fleet]\nname = "a"\n${text}[[targets]]\nname = "url"\nrepository = "https://git.example.org/a.git"\n`, { file: 'fleet.toml', absolute: (path) => join(folder, path) });
      expect(missingFolders(fleet)).toEqual([`away: ${join(folder, 'away')} is no git repository on this machine; on that of the hub it has to be one.`]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

it('removing what has no schedule says that nothing was done', () => {
  expect(printFleetSteered({ fleet: 'nightly', sent: 'remove', targets: [] }, plain)).toBe('nightly: no target has a schedule on the server, so nothing was done');
});
