import { parentPort } from 'node:worker_threads';
import { playCell, type Cell } from './cell.js';

parentPort?.on('message', (cell: Cell) => parentPort?.postMessage(playCell(cell)));
