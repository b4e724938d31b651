/** What `ensureEngine` is doing, for a person who waits. */
export interface EngineProgress {
  phase: 'binary' | 'server' | 'worker';
  /** A sentence, such as `Building the Temporal server (about 4 minutes, once)`. */
  text: string;
  /** Since this phase began. */
  seconds: number;
}

export type OnProgress = (progress: EngineProgress) => void;

/** Says a phase now and then once a second until the work is done. `text` is asked anew each time. */
export async function whileSaying<T>(onProgress: OnProgress, phase: EngineProgress['phase'], text: () => string, work: () => Promise<T>): Promise<T> {
  const began = performance.now();
  const say = (): void => onProgress({ phase, text: text(), seconds: (performance.now() - began) / 1000 });
  say();
  const timer = setInterval(say, 1000);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}
