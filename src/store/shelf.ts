/** A file of the store, as a folder or a bucket lists it. */
export interface Shelved {
  /** Its path below the store's root, with `/`. */
  key: string;
  bytes: number;
  /** When it was written, or handed out again after a long time: milliseconds since 1970, by the clock of the disk or the bucket. */
  at: number;
}

/** The plain files of a store, whatever they hold. */
export interface Shelf {
  /** In no order. A file that is written or removed meanwhile may be listed or not. */
  list(prefix?: string): AsyncIterable<Shelved>;
  /** Null where there is none. */
  read(key: string): Promise<Buffer | null>;
  write(key: string, bytes: Buffer): Promise<void>;
  /** Removes a file unless it was written or handed out again since it was listed; whether it did. */
  remove(file: Shelved): Promise<boolean>;
  /** Uploads that were begun before a time and never ended. Only a bucket keeps such. */
  unfinished(before: number): AsyncIterable<{ remove(): Promise<void> }>;
}
