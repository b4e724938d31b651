/** How far a large upload or download has come. */
export interface Transfer {
  direction: 'upload' | 'download';
  place: string;
  done: number;
  bytes: number;
}

/** Less is there before anybody reads of it. */
const leastBytes = 16 * 2 ** 20;
const everyMs = 2000;

let listener: ((transfer: Transfer) => void) | null = null;
let toldAt = -Infinity;

/** Tells of large transfers every two seconds: for a command line, which somebody waits for. */
export function onTransfer(tell: ((transfer: Transfer) => void) | null): void {
  listener = tell;
  toldAt = -Infinity;
}

export function toldTransfer(transfer: Transfer): void {
  if (listener === null || transfer.bytes < leastBytes || performance.now() - toldAt < everyMs) return;
  toldAt = performance.now();
  listener(transfer);
}
