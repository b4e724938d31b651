/** An expression is a line that a person writes; what is beyond these is a mistake or an attack. */
export const limits = {
  /** Characters of the text. */
  length: 2_000,
  /** Parentheses, lists, `not` and minus signs within each other. */
  depth: 50,
  /** Nodes that are evaluated and JSON values that are compared. */
  steps: 100_000,
  /** Characters of a text that `+` makes. */
  text: 1_000_000,
} as const;
