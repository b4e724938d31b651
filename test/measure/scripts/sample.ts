/** A worker that samples. Arguments: the request as JSON, with the number of pairs and the lock's folder. Prints a line a pair. */
import { acquireHostLock } from '../../../src/measure/host-lock.js';
import { samplePairs, type SamplingRequest } from '../../../src/measure/sampling.js';

const { request, pairs, locks } = JSON.parse(process.argv[2] ?? '') as { request: Omit<SamplingRequest, 'next' | 'lock'>; pairs: number; locks: string };
const lock = await acquireHostLock({ folder: locks, mode: 'exclusive' });
await samplePairs({ ...request, lock, otherLoad: null, next: () => pairs, onProgress: (all, resumed) => console.log(`${String(all.length)} pairs, ${String(resumed)} resumed`) });
lock.release();
