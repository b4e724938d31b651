/** Stands in a text for the device. */
export const deviceMark = '\u0000';

/** Replaces [start, end) of a file: in what makes a tensor on the host, and in what makes it on a device. */
export interface TwoTexts {
  start: number;
  end: number;
  onHost: string;
  onDevice: string;
}
