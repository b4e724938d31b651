/** What a kernel that communicates has moved. Sizes are of the messages of this rank, in bytes: what it sends and what it receives; null where that was not told. */
export const collectivesSql = 'CREATE TABLE PERFLOOP_COLLECTIVES (kernel INTEGER PRIMARY KEY, opId INTEGER NOT NULL, groupId INTEGER, groupSize INTEGER, inBytes INTEGER, outBytes INTEGER);';
