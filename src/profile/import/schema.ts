/**
 * Tables named as in an nsys export have its columns. What that layout has no place for is in tables that begin with PERFLOOP_.
 * Times are nanoseconds; `start` counts from the first sample of all processes. globalTid = pid * 0x1000000 + tid.
 */
export const metaSchemaSql = `
CREATE TABLE META_DATA_EXPORT (name TEXT NOT NULL, value TEXT NOT NULL);
-- What a reader should know of the import.
CREATE TABLE PERFLOOP_NOTES (text TEXT NOT NULL);
`;

/** Samples, whatever took them. */
export const compositeEventsSql = `
CREATE TABLE COMPOSITE_EVENTS (
  id INTEGER PRIMARY KEY, start INTEGER NOT NULL, cpu INTEGER, threadState INTEGER, globalTid INTEGER NOT NULL, cpuCycles INTEGER);
`;

/** What profilers of host code need of the layout of an nsys export. */
export const hostTablesSql = `
CREATE TABLE StringIds (id INTEGER PRIMARY KEY, value TEXT NOT NULL UNIQUE);
CREATE TABLE PROCESSES (globalPid INTEGER NOT NULL, pid INTEGER NOT NULL, name TEXT NOT NULL);
CREATE TABLE ThreadNames (nameId INTEGER NOT NULL REFERENCES StringIds (id), priority INTEGER, globalTid INTEGER NOT NULL);
${compositeEventsSql}`;

/** Functions, stacks and time of host code, whatever profiler they are of. */
export const functionsSchemaSql = `
-- One imported file: one thread of one process.
CREATE TABLE PERFLOOP_PROFILES (
  id INTEGER PRIMARY KEY, file TEXT NOT NULL, kind TEXT NOT NULL, globalTid INTEGER NOT NULL, startNs INTEGER, endNs INTEGER);
CREATE TABLE PERFLOOP_FRAMES (
  id INTEGER PRIMARY KEY, symbol INTEGER NOT NULL REFERENCES StringIds (id), module INTEGER NOT NULL REFERENCES StringIds (id),
  line INTEGER, columnNumber INTEGER, kind TEXT NOT NULL);

-- Sampled (V8). A stack is kept once; a sample refers to it. stackDepth 0 is the innermost frame.
CREATE TABLE PERFLOOP_STACKS (
  id INTEGER PRIMARY KEY, leaf INTEGER NOT NULL REFERENCES PERFLOOP_FRAMES (id),
  charged INTEGER REFERENCES PERFLOOP_FRAMES (id), category TEXT NOT NULL);
CREATE TABLE PERFLOOP_STACK_FRAMES (
  stack INTEGER NOT NULL, stackDepth INTEGER NOT NULL, frame INTEGER NOT NULL, PRIMARY KEY (stack, stackDepth)) WITHOUT ROWID;
CREATE TABLE PERFLOOP_SAMPLES (
  event INTEGER PRIMARY KEY REFERENCES COMPOSITE_EVENTS (id), profile INTEGER NOT NULL, stack INTEGER NOT NULL, durationNs INTEGER NOT NULL);
CREATE TABLE PERFLOOP_LINES (frame INTEGER NOT NULL, line INTEGER NOT NULL, ns INTEGER NOT NULL);

-- Counted (cProfile). waitNs is the part of totalNs in which it waited.
CREATE TABLE PERFLOOP_FUNCTIONS (
  profile INTEGER NOT NULL, frame INTEGER NOT NULL, calls INTEGER NOT NULL, primitiveCalls INTEGER NOT NULL,
  selfNs INTEGER NOT NULL, totalNs INTEGER NOT NULL, waitNs INTEGER NOT NULL);
CREATE TABLE PERFLOOP_CALLS (
  profile INTEGER NOT NULL, caller INTEGER NOT NULL, callee INTEGER NOT NULL, calls INTEGER NOT NULL, primitiveCalls INTEGER NOT NULL,
  selfNs INTEGER NOT NULL, totalNs INTEGER NOT NULL);

-- All time, once. category: code (of the function \`frame\`), runtime, loader, collector (while \`frame\` ran), program, idle.
-- via: where the time passed, which is \`frame\` itself or a builtin or library function that it called.
CREATE TABLE PERFLOOP_CHARGES (profile INTEGER NOT NULL, category TEXT NOT NULL, frame INTEGER, via INTEGER NOT NULL, ns INTEGER NOT NULL);

`;

export const callchainsViewSql = `
CREATE VIEW SAMPLING_CALLCHAINS AS
SELECT PERFLOOP_SAMPLES.event AS id, PERFLOOP_FRAMES.symbol, PERFLOOP_FRAMES.module, 0 AS kernelMode, NULL AS thumbCode, 0 AS unresolved,
  NULL AS specialEntry, NULL AS originalIP, NULL AS unresolvedIP, PERFLOOP_STACK_FRAMES.stackDepth
FROM PERFLOOP_SAMPLES
JOIN PERFLOOP_STACK_FRAMES USING (stack)
JOIN PERFLOOP_FRAMES ON PERFLOOP_FRAMES.id = PERFLOOP_STACK_FRAMES.frame;
`;

/** After all rows are in. */
export const relativeTimesSql = 'UPDATE COMPOSITE_EVENTS SET start = start - (SELECT MIN(start) FROM COMPOSITE_EVENTS);';

export const functionsIndexSql = `
INSERT INTO PERFLOOP_CHARGES (profile, category, frame, via, ns)
SELECT PERFLOOP_SAMPLES.profile, PERFLOOP_STACKS.category, PERFLOOP_STACKS.charged, PERFLOOP_STACKS.leaf, SUM(PERFLOOP_SAMPLES.durationNs)
FROM PERFLOOP_SAMPLES JOIN PERFLOOP_STACKS ON PERFLOOP_STACKS.id = PERFLOOP_SAMPLES.stack
GROUP BY PERFLOOP_SAMPLES.profile, PERFLOOP_STACKS.category, PERFLOOP_STACKS.charged, PERFLOOP_STACKS.leaf;

CREATE INDEX perfloop_charges_frame ON PERFLOOP_CHARGES (frame);
CREATE INDEX perfloop_samples_stack ON PERFLOOP_SAMPLES (stack);
CREATE INDEX perfloop_stack_frames_frame ON PERFLOOP_STACK_FRAMES (frame);
CREATE INDEX perfloop_lines_frame ON PERFLOOP_LINES (frame);
CREATE INDEX perfloop_calls_callee ON PERFLOOP_CALLS (callee);
`;
