import { defaultConfig } from '../../../src/core/config/parse.js';
import type { Config } from '../../../src/core/config/schema.js';
import { keepConfig } from '../../../src/store/run-config.js';
import type { RunStatus } from '../../../src/core/status.js';
import type { ArtifactStore } from '../../../src/store/artifacts.js';
import { findings, sampleProfile, sampleRun, sampleTrial } from './sample-run.js';

/** Text that does something in a page that does not escape it: each attempt sets `window.hacked`. */
export const attack = `"><script>window.hacked=1</script><img src=x onerror="window.hacked=2">'&]]>--><!--</title></style></pre></svg><svg onload="window.hacked=3">\u202eevil\u0000\ud800`;

/** A run in which every text that comes from others is an attack. */
export async function hostileRun(artifacts: ArtifactStore): Promise<RunStatus> {
  const path = 'lib/"><script>window.hacked=4</script>.js';
  const diff = `diff --git a/${path} b/${path}\n--- a/${path}\n+++ b/${path}\n@@ -1,2 +1,2 @@ ${attack}\n-${attack}\n+</pre></details><script>window.hacked=5</script>\n ]]>\n`;
  const trial = await sampleTrial(artifacts, { id: 'r1-1', title: attack, recipe: attack, file: path, rationale: attack, behaviour: { seed: 'hostile', gain: 0.3 }, diff, changes: { profile: await sampleProfile(artifacts, { name: attack, file: path, note: attack }) } });
  const refused = await sampleTrial(artifacts, { id: 'r1-2', title: 'two', diff: null, verdict: { kind: 'rejected', measured: null, reasons: [{ code: 'build-failed', text: `${attack}\n${attack}` }] } });
  const found = findings.map((finding) => ({ ...finding, file: path, function: attack, category: attack, snippet: attack, evidence: [{ tool: attack, text: attack }], callSites: [{ file: path, line: 1, text: attack }] }));
  const status = await sampleRun(artifacts);
  const steps: Config['steps'] = [{ type: 'command', name: attack, enabled: true, command: { run: attack } as Config['commands']['test'], needs: [], next: [{ to: attack }] }];
  await keepConfig(artifacts, status.run, { ...defaultConfig(), steps });
  return {
    ...status,
    target: { ...status.target, name: attack, origin: `/home/${attack}` },
    trials: [trial, refused],
    decisions: [{ id: 'd', trial: 'r1-1', approve: true, who: attack, comment: attack, at: 0 }],
    warnings: [attack],
    machines: [{ device: attack, tag: attack, gpu: attack, cpu: attack, hostname: attack }],
    error: { code: 'PL_X', message: attack, where: attack, fix: attack },
    evidence: status.evidence && { ...status.evidence, benchmark: attack, findings: [await artifacts.put('findings', JSON.stringify(found))] },
  };
}
