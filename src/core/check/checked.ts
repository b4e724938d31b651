/** Something that champion and candidate were compared by, as the report says it. */
export interface Checked {
  /** "The output of `node results.js` is the same, 3 times with other seeds." */
  text: string;
  /** The secret seeds that were used, for doing it again. No proposer sees them. */
  seeds: string[];
}
