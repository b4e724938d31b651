import { parentPort, workerData } from 'node:worker_threads';
import { readTests } from '../core/tests/read.js';
import type { ReadRequest } from './in-thread.js';

/** Body of the thread that readTestsInThread starts. */
const { wanted, evidence } = workerData as ReadRequest;
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
parentPort?.postMessage(readTests(wanted, evidence));
