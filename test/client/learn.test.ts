import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { CliContext } from '../../src/client/context.js';
import { styleFor } from '../../src/client/style.js';
import { learn } from '../../src/client/verbs/learn.js';
import { homeFrom } from '../../src/store/home.js';
import { openStoreWriter } from '../../src/store/writer.js';
import { withStore } from '../report/support/temporary-store.js';
import { sampleStatus } from './sample-status.js';

it.each(['running', 'paused', 'awaiting-approval'] as const)('a run that is %s writes its lessons itself: what is kept once would stay without what measured it', async (state) => {
  await withStore(async (_artifacts, folder) => {
    const home = homeFrom({ PERFLOOP_HOME: folder });
    const { trials, decisions: _none, ...header } = sampleStatus({ state });
    const store = openStoreWriter(home.db);
    store.recordRun(header);
    trials.forEach((trial, position) => store.recordTrial(header.run, position, trial));
    store.close();
    const context: CliContext = { env: { PERFLOOP_HOME: folder }, cwd: folder, home, json: false, quiet: true, connection: {}, stdout: process.stdout, stderr: process.stderr, style: styleFor(false), errStyle: styleFor(false) };
    await expect(learn(context, { run: header.run })).rejects.toMatchObject({ code: 'PL_RUN_NOT_OVER', where: header.run });
    expect(existsSync(join(home.root, 'temporal'))).toBe(false);
  });
});
