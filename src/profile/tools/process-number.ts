/**
 * SQL: the number of the whole process of a column with its global id (globalPid, globalTid): what stands above the bits of the thread.
 * Several hosts and containers have the same process ids, so that these alone do not tell processes apart. 40 bits: a number holds them.
 */
export const processNumber = (column: string): string => `(${column} >> 24 & 0xFFFFFFFFFF)`;

/** The process id in it, as the operating system of its host knows it. */
export const pidOf = (process: number): number => process % 2 ** 24;
