// Asks every tool, and then all rules, in a thread; sends what each took, in seconds on the clock and of processors. Compiled code: `npm run build` first.
import { parentPort, workerData } from 'node:worker_threads';
import { analyzeProfile } from '../../dist/profile/rules/analyze.js';
import { openProfile } from '../../dist/profile/tools/open.js';
import { gpuTools } from '../../dist/profile/tools/registry.js';
import { ask } from '../../dist/profile/tools/tool.js';

const db = openProfile(workerData);
const timed = async (name, work) => {
  const began = performance.now();
  const cpu = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(cpu);
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
  parentPort.postMessage({ name, seconds: (performance.now() - began) / 1000, cpuSeconds: (user + system) / 1e6 });
};
for (const tool of gpuTools) await timed(tool.name, () => ask(tool, db, {}));
await timed('all rules', () => analyzeProfile(db, { file: workerData, repo: null }));
db.close();
