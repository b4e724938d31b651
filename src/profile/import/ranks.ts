/**
 * Added to the ids of processes and threads of the n-th file of several: the same process ids come from several hosts and containers.
 * It is above the bits of process and thread, so that both are read from the sum as from any other.
 */
export const processesApart = (index: number): bigint => BigInt(index) << 50n;

/** Ranks that can be told apart so in 63 bits. */
export const mostRanks = 4096;

/** Two machines whose clocks are further apart than this were not part of one job, or have no clock: nanoseconds. */
export const mostApartNs = 24 * 3600 * 1e9;

/** One file of each rank of a job. */
export const ranksSql = 'CREATE TABLE PERFLOOP_RANKS (rank INTEGER NOT NULL, globalPid INTEGER NOT NULL, file TEXT NOT NULL);';
