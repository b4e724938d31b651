import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { CliContext } from '../../src/client/context.js';
import { printReport } from '../../src/client/print/report.js';
import { styleFor } from '../../src/client/style.js';
import { report } from '../../src/client/verbs/report.js';
import { openArtifacts } from '../../src/store/artifacts.js';
import { homeFrom } from '../../src/store/home.js';
import { openStoreWriter } from '../../src/store/writer.js';
import { sampleRun } from './support/sample-run.js';
import { withStore } from './support/temporary-store.js';

describe('perfloop report', () => {
  it('writes the report of a stored run, without any server, into the folder of its logs', async () => {
    await withStore(async (_artifacts, folder) => {
      const home = homeFrom({ PERFLOOP_HOME: folder });
      const status = await sampleRun(openArtifacts(home.artifacts));
      const { trials, decisions, ...header } = status;
      const store = openStoreWriter(home.db);
      store.recordRun(header);
      trials.forEach((trial, position) => store.recordTrial(status.run, position, trial));
      for (const decision of decisions) store.recordDecision(status.run, decision);
      store.close();
      const context: CliContext = { env: { PERFLOOP_HOME: folder }, cwd: folder, home, json: false, quiet: true, connection: {}, stdout: process.stdout, stderr: process.stderr, style: styleFor(false), errStyle: styleFor(false) };

      const written = await report(context, { run: 'r-k3v', open: false });
      expect(written).toMatchObject({ run: status.run, html: join(home.logs, status.run, 'report', 'report.html'), markdown: join(home.logs, status.run, 'report', 'report.md'), json: join(home.logs, status.run, 'report', 'report.json') });
      expect(await readFile(written.html, 'utf8')).toContain(`fetch ${join(home.repos, 't1.git')}`);
      expect(JSON.parse(await readFile(written.json, 'utf8'))).toMatchObject({ run: status.run, report: written.html });
      expect(printReport(written, styleFor(false)).split('\n')).toEqual([written.html, written.markdown, written.json]);

      const elsewhere = await report(context, { run: status.run, open: false, out: 'here' });
      expect(elsewhere.html).toBe(join(folder, 'here', 'report.html'));
    });
  });
});
