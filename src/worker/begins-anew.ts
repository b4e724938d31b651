/** Exit code of a worker that wants to be started again, since it took too much memory: `EX_TEMPFAIL` of sysexits.h. */
export const beginsAnew = 75;
