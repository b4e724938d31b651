import { AsyncLocalStorage } from 'node:async_hooks';
import { setMaxListeners } from 'node:events';

/** A piece of work, and the uploads that it began. */
interface Scope {
  uploads: Set<Promise<void>>;
  signal: AbortSignal | undefined;
}

const scopes = new AsyncLocalStorage<Scope>();
/** Uploads that no scope waits for: those of a command line. */
const unscoped = new Set<Promise<void>>();

/**
 * Does a piece of work, and returns when what it put can be read on every host: only then may a reference leave this
 * process. Waits no longer than until `signal` is aborted, and hears of a failed upload as of a failure of the work.
 */
export async function withUploads<T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
  return scopes.run({ uploads: new Set(), signal }, async () => {
    const result = await work().catch(async (error: unknown) => {
      // Its message may name an artifact, such as the log of a failed build. The failure of the work tells more than one of an upload.
      await settleUploads().catch(() => undefined);
      throw error;
    });
    await settleUploads();
    return result;
  });
}

const ending = new AbortController();
setMaxListeners(0, ending.signal);

/** Gives up what goes on outside of any work, so that a process can end: nobody waits for it any more. */
export function endUploads(): void {
  ending.abort(new Error('this process ends'));
}

/** For what several pieces of work may come to share: it ends when it is done, not with the work that was the first to need it. */
export function outsideScopes<T>(work: () => Promise<T>): Promise<T> {
  return scopes.run({ uploads: new Set(), signal: ending.signal }, work);
}

/** Waits for shared work no longer than the work around it goes on. */
export function whileInScope<T>(shared: Promise<T>): Promise<T> {
  return unlessAborted(shared, scopes.getStore()?.signal);
}

/** Waits for the uploads that the work around it began; without such work for those of the whole process. Throws the first failure. */
export async function settleUploads(): Promise<void> {
  const scope = scopes.getStore();
  const uploads = scope?.uploads ?? unscoped;
  const settled = Promise.all(uploads);
  uploads.clear();
  await unlessAborted(settled, scope?.signal);
}

/** An upload goes on by itself; `settleUploads` tells how it ended. */
export function trackUpload(upload: Promise<void>): void {
  const uploads = scopes.getStore()?.uploads ?? unscoped;
  uploads.add(upload);
  upload.then(() => uploads.delete(upload), () => undefined);
}

/** Aborted when the work around it is given up. */
export function scopeSignal(): AbortSignal | undefined {
  return scopes.getStore()?.signal;
}

async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  // Nobody hears how it ends when it is given up.
  work.catch(() => undefined);
  signal.throwIfAborted();
  return new Promise<T>((resolve, reject) => {
    const give = (): void => reject(signal.reason as Error);
    signal.addEventListener('abort', give, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', give));
  });
}
