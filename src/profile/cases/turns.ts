/** Threads that all have work, and the processors that they share. */
export interface Crowd {
  threads: number;
  processors: number;
  startUs: number;
  endUs: number;
}

/** A thread is put on a processor, or taken off it while it could go on (threadState 1 of ENUM_SAMPLING_THREAD_STATE). */
export interface Switch {
  thread: number;
  atUs: number;
  cpu: number;
  isSchedIn: 0 | 1;
  threadState: number;
}

/** How long a thread runs before the next one's turn, as long as Linux usually lets it. */
const turnUs = 3000;

/** Each processor gives its threads a turn one after the other, as a scheduler does. In the order of time. */
export function takeTurns({ threads, processors, startUs, endUs }: Crowd): Switch[] {
  const switches: Switch[] = [];
  for (let turn = 0; startUs + turn * turnUs < endUs; turn++) {
    const atUs = startUs + turn * turnUs;
    const offUs = Math.min(atUs + turnUs, endUs);
    for (let cpu = 0; cpu < Math.min(processors, threads); cpu++) {
      const thread = (turn * processors + cpu) % threads;
      switches.push({ thread, atUs, cpu, isSchedIn: 1, threadState: 0 }, { thread, atUs: offUs, cpu, isSchedIn: 0, threadState: 1 });
    }
  }
  return switches;
}
