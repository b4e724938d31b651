import { parentPort, workerData } from 'node:worker_threads';
import { answer, type CompareRequest } from './request.js';

/** Body of the thread that compareInThread starts. */
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
parentPort?.postMessage(answer(workerData as CompareRequest));
