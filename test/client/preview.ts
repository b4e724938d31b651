// Shows the live view with made-up statuses: `npx tsx test/client/preview.ts [scene] [width] [height]`.
import { renderView, type Sampling } from '../../src/client/view/render.js';
import type { RunStatus, SamplingProgress } from '../../src/core/status.js';
import { refusedTrial, sampleStatus, sampleTrial } from './sample-status.js';

const progress: SamplingProgress = { stage: 'screen', pairs: 8, nextLook: 10, most: 20, ratio: 1.064, ci95: [1.011, 1.119], doing: 'sampling', resumed: 0 };
const sampling: Sampling = { of: 'r1-3', progress };
const scenes: Record<string, { status: RunStatus; sampling: Sampling[]; notes?: string[] }> = {
  start: { status: sampleStatus({ phase: 'start', doing: 'looking for a machine', trials: [], speedup: null, plan: null, accepted: 0, samplesSpent: 0, budget: { trials: 0, maxTrials: 100, wallMs: 0, maxWallMs: 28_800_000 } }), sampling: [] },
  noise: { status: sampleStatus({ phase: 'warmup', doing: 'measuring the noise', trials: [], speedup: null, plan: null, accepted: 0 }), sampling: [{ of: 'base', progress: { ...progress, stage: 'noise', pairs: 3, nextLook: 8, most: 8, ratio: null, ci95: null } }] },
  building: { status: sampleStatus(), sampling: [{ of: 'r1-3', progress: { doing: 'building', stage: 'confirm', build: 5, of: 8 } }] },
  screening: { status: sampleStatus(), sampling: [sampling] },
  resumed: { status: sampleStatus({ warnings: ['the working tree is dirty: what is not committed is not measured'] }), sampling: [{ of: 'r1-3', progress: { ...progress, stage: 'confirm', pairs: 17, nextLook: 28, most: 60, ratio: 1.31, ci95: [1.22, 1.42], resumed: 11 } }], notes: ['no worker answers; the run waits and goes on when one is back'] },
  approval: { status: sampleStatus({ trials: [sampleTrial(), refusedTrial(), sampleTrial({ id: 'r1-3', state: 'awaiting-approval' })] }), sampling: [] },
  many: { status: sampleStatus({ round: 2, trials: Array.from({ length: 25 }, (_, index) => (index % 3 ? refusedTrial({ id: `r1-${index}` }) : sampleTrial({ id: `r1-${index}`, state: index === 24 ? 'screening' : 'decided', ...(index === 24 ? { verdict: null } : {}) }))) }), sampling: [{ ...sampling, of: 'r1-24' }] },
  judge: { status: sampleStatus({ kind: 'judge', run: 'j-aaaabbbb', round: 0, rounds: 0, phase: 'confirm', doing: 'confirming', trials: [sampleTrial({ id: 'j1', state: 'confirming', verdict: null })] }), sampling: [{ of: 'j1', progress: { ...progress, stage: 'confirm', ratio: 0.94, ci95: [0.9, 0.98] } }] },
  several: { status: sampleStatus({ kind: 'judge', run: 'j-aaaabbbb', round: 0, rounds: 0, phase: 'screen', doing: 'screening', trials: [sampleTrial({ id: 'candidate', state: 'screening', verdict: null })] }), sampling: [{ of: 'candidate', progress: { ...progress, metrics: [{ name: 'parse', ratio: 1.21, ci95: [1.1, 1.32], primary: true }, { name: 'pretty-print', ratio: 0.98, ci95: [0.91, 1.06], primary: true }, { name: 'peak memory', ratio: 1, ci95: [0.99, 1.01], primary: false }] } }] },
  done: { status: sampleStatus({ state: 'done', phase: 'learn', doing: '', endedAt: 1_700_000_134_000, speedup: { ratio: 2.4, ci95: [2.3, 2.5], final: true } }), sampling: [] },
  failed: { status: sampleStatus({ state: 'failed', phase: 'warmup', doing: '', trials: [], speedup: null, plan: null, error: { code: 'PL_BASE_RED', message: 'the tests fail at the base', where: 'npm test', fix: 'mend them' } }), sampling: [] },
};

const [scene = 'screening', width = '100', height = '30'] = process.argv.slice(2);
for (const [name, { status, sampling, notes = [] }] of Object.entries(scenes)) {
  if (scene !== 'all' && scene !== name) continue;
  if (scene === 'all') console.log(`\n===== ${name}`);
  console.log(renderView(status, sampling, { width: Number(width), height: Number(height), now: status.startedAt + 134_000, colour: process.stdout.isTTY, unicode: true, notes }));
}
