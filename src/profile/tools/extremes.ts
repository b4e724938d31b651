/** The least of many: `Math.min(...values)` overflows the stack at about a hundred thousand. Infinity of nothing. */
export const leastOf = (values: readonly number[]): number => values.reduce((least, one) => Math.min(least, one), Number.POSITIVE_INFINITY);

/** The most of many; -Infinity of nothing. */
export const mostOf = (values: readonly number[]): number => values.reduce((most, one) => Math.max(most, one), Number.NEGATIVE_INFINITY);
