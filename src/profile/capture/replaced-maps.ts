import { closeSync, openSync, readSync, writeSync } from 'node:fs';

// Types and flags of records (perf_event_open(2), and linux/tools/perf/util/event.h for `forkExec`).
const [mmap, comm, fork, mmap2] = [1, 3, 7, 10];
const commExec = 1 << 13;
/** On a fork: the child gets no copy of its parent's maps. perf 4.20 and newer. */
const forkExec = 1 << 13;
/** A process that there never is: above the largest id that Linux gives. */
const nobody = 0x7fff_fffe;

const sampleTime = 1n << 2n;
/** ID, CPU, STREAM_ID and IDENTIFIER: 8 bytes each, behind the time at the end of a record. */
const behindTime = [1n << 6n, 1n << 7n, 1n << 9n, 1n << 16n];
const mostEvents = 64;

interface Noted {
  at: number;
  timeNs: bigint;
}

interface Process {
  maps: Noted[];
  forks: number[];
  /** When it last became another program. */
  execNs: bigint | null;
}

/**
 * Makes perf forget, in a recording of its own, what a process had loaded before it became another program. perf keeps it, and finds
 * the stack of a library's code by the lowest place of the library (libunwind's `read_unwind_spec_eh_frame`), which may be where the shell that
 * started the program had it: then nothing is known of who called `memcpy`, `malloc` or `free`. Seen with perf 6.1 in half of all
 * recordings, since places are random. What ran in a process before its last `exec` is left without names.
 * A file of another kind is left as it is.
 */
export function forgetReplacedMaps(file: string): void {
  const descriptor = openSync(file, 'r+');
  try {
    const data = dataOf(descriptor);
    if (data === null) return;
    for (const { maps, forks, execNs } of processesOf(descriptor, data).values()) {
      if (execNs === null) continue;
      const ids = Buffer.alloc(8);
      ids.writeUInt32LE(nobody, 0);
      ids.writeUInt32LE(nobody, 4);
      for (const { at } of maps.filter(({ timeNs }) => timeNs < execNs)) writeSync(descriptor, ids, 0, 8, at + 8);
      for (const at of forks) {
        const flags = bytesAt(descriptor, at + 4, 2);
        flags.writeUInt16LE(flags.readUInt16LE(0) | forkExec);
        writeSync(descriptor, flags, 0, 2, at + 4);
      }
    }
  } finally {
    closeSync(descriptor);
  }
}

interface DataSection {
  from: number;
  to: number;
  /** Where the time of a record is that holds no sample, from its end. */
  timeFromEnd: number;
}

/** The head of a perf.data (linux/tools/perf/Documentation/perf.data-file-format.txt). Null where it is none, or its records have no time at one place. */
function dataOf(descriptor: number): DataSection | null {
  const head = bytesAt(descriptor, 0, 56);
  if (head.length < 56 || head.toString('latin1', 0, 8) !== 'PERFILE2') return null;
  const [attributeSize, attributesAt, attributesSize, from, size] = [16, 24, 32, 40, 48].map((at) => Number(head.readBigUInt64LE(at))) as [number, number, number, number, number];
  const count = attributesSize / attributeSize;
  if (!Number.isInteger(count) || count < 1 || count > mostEvents || attributeSize < 64) return null;
  const places = new Set<number | null>();
  for (let i = 0; i < count; i += 1) {
    const attribute = bytesAt(descriptor, attributesAt + i * attributeSize, 64);
    const [type, flags] = [attribute.readBigUInt64LE(24), attribute.readBigUInt64LE(40)];
    const hasTime = (type & sampleTime) !== 0n && (flags & (1n << 18n)) !== 0n;
    places.add(hasTime ? 8 + 8 * behindTime.filter((bit) => (type & bit) !== 0n).length : null);
  }
  const [timeFromEnd] = places;
  return places.size === 1 && timeFromEnd != null ? { from, to: from + size, timeFromEnd } : null;
}

/** What was recorded of loading, forks and execs of each process. Records of several processors are not in the order of time. */
function processesOf(descriptor: number, { from, to, timeFromEnd }: DataSection): Map<number, Process> {
  const processes = new Map<number, Process>();
  const processOf = (pid: number): Process => {
    const known = processes.get(pid) ?? { maps: [], forks: [], execNs: null };
    processes.set(pid, known);
    return known;
  };
  for (const { at, record, type, flags } of records(descriptor, { from, to })) {
    const [pid, second] = [record.readUInt32LE(8), record.readUInt32LE(12)];
    const timeNs = (): bigint => record.readBigUInt64LE(record.length - timeFromEnd);
    if (type === mmap || type === mmap2) processOf(pid).maps.push({ at, timeNs: timeNs() });
    // In a fork, the second number is the parent, which a new thread is of itself.
    else if (type === fork && pid !== second) processOf(pid).forks.push(at);
    else if (type === comm && (flags & commExec) !== 0) {
      const process = processOf(pid);
      if (process.execNs === null || timeNs() > process.execNs) process.execNs = timeNs();
    }
  }
  return processes;
}

interface PerfRecord {
  at: number;
  type: number;
  flags: number;
  record: Buffer;
}

/** The records of loading, names and forks, whole. */
function* records(descriptor: number, { from, to }: Pick<DataSection, 'from' | 'to'>): Generator<PerfRecord> {
  const window = 1 << 20;
  let start = from;
  let bytes: Buffer = Buffer.alloc(0);
  for (let at = from; at + 8 <= to; ) {
    // A record has 64 KiB at most.
    if (at + 65_536 > start + bytes.length && start + bytes.length < to) {
      start = at;
      bytes = bytesAt(descriptor, at, Math.min(window, to - at));
    }
    const offset = at - start;
    if (offset + 8 > bytes.length) return;
    const [type, flags, size] = [bytes.readUInt32LE(offset), bytes.readUInt16LE(offset + 4), bytes.readUInt16LE(offset + 6)];
    if (size < 8 || offset + size > bytes.length) return;
    if ([mmap, comm, fork, mmap2].includes(type) && size >= 32) yield { at, type, flags, record: bytes.subarray(offset, offset + size) };
    at += size;
  }
}

function bytesAt(descriptor: number, at: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  return bytes.subarray(0, readSync(descriptor, bytes, 0, length, at));
}
