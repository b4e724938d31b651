import type { FlagCode } from '../core/flag.js';

/** Something in one version of a file that would be a flag if it were new. */
export interface Found {
  code: FlagCode;
  /** What makes two finds the same: with as many of them before, none of them is new. */
  key: string;
  /** 1-based lines that it rests on; it is new only where one of them is. The first new one is shown. */
  lines: number[];
  /** Why a person should look, in a sentence. */
  why: string;
}
