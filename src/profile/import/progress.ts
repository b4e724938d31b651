/** How far an import is. */
export interface ImportProgress {
  /** What it reads now: a file's name, or a table's. */
  what: string;
  /** 0 to 1. */
  done: number;
}

export type OnImportProgress = (progress: ImportProgress) => void;

/** Passes on what says something new: a percent more, or another thing. */
export function sparingly(report: OnImportProgress | undefined): OnImportProgress {
  let last: ImportProgress | null = null;
  return (progress) => {
    if (report === undefined || (last !== null && last.what === progress.what && progress.done - last.done < 0.01)) return;
    last = progress;
    report(progress);
  };
}
