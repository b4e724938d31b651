/** A function that a round works on, as steps hand it on. */
export interface TargetFunction {
  /** Of the finding. */
  id: string;
  function: string;
  file: string;
  /** First line, 1-based. */
  line: number;
  /** Self time by the whole time, 0 to 1. */
  share: number;
  /** Where the finding has a number of them. */
  samples?: number;
}

/** Names a function across rounds: its line and its time change. */
export type FunctionName = Pick<TargetFunction, 'file' | 'function'>;

/** A longer name is cut: an output is small. */
const longestName = 80;

export const shownName = (name: string): string => (name.length > longestName ? `${name.slice(0, longestName)}…` : name);

export const functionKey = ({ file, function: name }: FunctionName): string => `${file}\0${name.slice(0, longestName)}`;
