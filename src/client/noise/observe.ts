import { readPressure, type Pressure } from '../../measure/pressure.js';
import { busyPrograms, readProgramTimes, type BusyProgram, type ProgramTimes } from '../../measure/programs.js';

/** What the machine did besides over some time. */
export interface Besides {
  programs: BusyProgram[];
  /** Fraction of the CPU time that the hypervisor gave to others; null where it is not told. */
  stolen: number | null;
  /** Pages read back from swap. */
  swappedIn: number;
}

/** Begins to watch; the function that it gives ends that, and says what was seen. */
export function watchMachine(): () => Besides {
  const before = { times: readProgramTimes(), pressure: readPressure() };
  return () => ({ programs: programsSince(before.times), ...pressureSince(before.pressure) });
}

function programsSince(before: ProgramTimes | null): BusyProgram[] {
  const after = readProgramTimes();
  return before === null || after === null ? [] : busyPrograms(before, after);
}

function pressureSince(before: Pressure | null): Pick<Besides, 'stolen' | 'swappedIn'> {
  const after = readPressure();
  if (before === null || after === null) return { stolen: null, swappedIn: 0 };
  return { stolen: after.all === before.all ? null : (after.stolen - before.stolen) / (after.all - before.all), swappedIn: after.swappedIn - before.swappedIn };
}
