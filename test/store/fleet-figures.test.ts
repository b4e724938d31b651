import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { openFleetFigures } from '../../src/store/fleet-figures.js';
import { homeFrom } from '../../src/store/home.js';
import { seedRuns } from '../support/seeded-fleet.js';

it('tells of the runs of one fleet what bounds are about', () => {
  const home = homeFrom({ PERFLOOP_HOME: mkdtempSync(join(tmpdir(), 'perfloop-figures-')) });
  onTestFinished(() => rmSync(home.root, { recursive: true, force: true }));
  expect(openFleetFigures(home.db, 'nightly')).toBeNull();
  seedRuns(home, [
    { run: 'r-1', fleet: 'nightly', startedAt: 1000, endedAt: 2000, tookMs: { warmup: 100, execute: 800 }, decidedAt: [1500, 1900], dollars: 2 },
    { run: 'r-2', fleet: 'nightly', startedAt: 3000, endedAt: 4000, tookMs: { execute: 900 }, decidedAt: [3500], dollars: 1.5 },
    { run: 'r-3', fleet: 'nightly', target: 'lexer', startedAt: 3500, endedAt: null, waiting: { 'r1-1': 3900, 'r1-2': 3800 } },
    { run: 'r-4', fleet: 'other', startedAt: 3000, endedAt: 4000, tookMs: { execute: 7 }, decidedAt: [3500], dollars: 50, waiting: { 'r1-1': 1 } },
  ]);
  const figures = openFleetFigures(home.db, 'nightly');
  onTestFinished(() => figures?.close());
  expect(figures?.phases(0)).toEqual([{ target: 'parser', phase: 'execute', tookMs: [900, 800] }, { target: 'parser', phase: 'warmup', tookMs: [100] }]);
  expect(figures?.phases(2500)).toEqual([{ target: 'parser', phase: 'execute', tookMs: [900] }]);
  expect([figures?.decided(1000, 2000), figures?.decided(3000, 4000), figures?.decided(2100, 2900), figures?.decided(5000, 6000)]).toEqual([2, 1, null, 0]);
  expect([figures?.spent(0), figures?.spent(2500)]).toEqual([3.5, 1.5]);
  expect(figures?.waiting()).toEqual([{ run: 'r-3', target: 'lexer', questions: 2, since: 3800 }]);
});
