import { parentPort } from 'node:worker_threads';
import { playCell, type Cell } from './cell.js';

// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
parentPort?.on('message', (cell: Cell) => parentPort?.postMessage(playCell(cell)));
