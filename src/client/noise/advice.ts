import type { NoiseProfile } from '../../core/verdict/noise-profile.js';
import type { Fingerprint } from '../../measure/fingerprint.js';
import type { BusyProgram } from '../../measure/programs.js';
import { durationText, percentText, plural } from '../print/numbers.js';

/** One thing that makes the machine or the benchmark noisier than it could be. */
export interface Advice {
  code: 'load' | 'steal' | 'swap' | 'quota' | 'heat' | 'governor' | 'turbo' | 'too-short' | 'too-long' | 'waits' | 'cpu-metric' | 'hiccups' | 'drift' | 'bias';
  /** What was seen. */
  evidence: string;
  /** What to do about it. */
  change: string;
  /** Where one command does it. */
  command: string | null;
}

/** What was seen of the machine while the pairs were taken. */
export interface Observed {
  profile: NoiseProfile;
  environment: Fingerprint;
  /** The busiest first. */
  programs: BusyProgram[];
  /** Fraction of the CPU time that the hypervisor gave to others; null where it is not told. */
  stolen: number | null;
  /** Pages read back from swap. */
  swappedIn: number;
  /** Starting the shell and ending it, in milliseconds. */
  startMs: number;
}

type Found = Omit<Advice, 'code'> | null;

/** Everything that is worth changing, what disturbs most first. */
export function adviceOn(observed: Observed): Advice[] {
  return rules.flatMap(([code, rule]) => {
    const found = rule(observed);
    return found === null ? [] : [{ code, ...found }];
  });
}

const rules: [Advice['code'], (observed: Observed) => Found][] = [
  ['swap', swap],
  ['quota', quota],
  ['steal', steal],
  ['load', load],
  ['heat', heat],
  ['governor', governor],
  ['turbo', turbo],
  ['too-short', tooShort],
  ['too-long', tooLong],
  ['waits', waits],
  ['cpu-metric', cpuMetric],
  ['hiccups', hiccups],
  ['drift', drift],
  ['bias', bias],
];

function swap({ swappedIn }: Observed): Found {
  if (swappedIn === 0) return null;
  return { evidence: `${plural(swappedIn, 'page')} came back from swap while it was measured`, change: 'End what takes the memory, or give the machine more; without swap nothing waits for the disk.', command: 'sudo swapoff -a' };
}

function quota({ profile: { throttled, slow }, environment: { container } }: Observed): Found {
  if (throttled === 0) return null;
  const limit = container.cpus === null ? '' : ` (${container.cpus} CPUs)`;
  return { evidence: `the CPU quota of the container${limit} held up ${throttled} of ${slow.of} samples`, change: 'Raise the quota, or give the container whole CPUs of its own (`docker run --cpuset-cpus`, or a Guaranteed pod with the static CPU manager).', command: null };
}

function steal({ stolen }: Observed): Found {
  if (stolen === null || stolen < 0.01) return null;
  return { evidence: `the hypervisor gave ${percentText(stolen)} of the CPU time to other virtual machines`, change: 'Measure on an instance whose CPUs are not shared (not a burstable one), or on a machine of your own.', command: null };
}

/** Programs that want a CPU, in the mean, of a machine that does nothing else. */
const quietLoad = 0.3;
/** A few hundredths of a CPU always run. */
const quietProgram = 0.05;

function load({ profile: { otherLoad, setAside, noise }, programs }: Observed): Found {
  const busy = programs.filter(({ cpus }) => cpus >= quietProgram);
  const used = busy.reduce((sum, { cpus }) => sum + cpus, 0);
  if ((otherLoad ?? 0) < quietLoad && used < 2 * quietProgram) return null;
  const most = busy.slice(0, 5).map(({ name, cpus }) => `${name} ${cpus.toFixed(2)}`).join(', ');
  const parts = [
    otherLoad === null ? '' : `${otherLoad.toFixed(1)} other programs wanted a CPU before the pairs, in the mean`,
    setAside === 0 ? '' : `${setAside} of ${setAside + noise.pairs} pairs were repeated for it`,
    most === '' ? '' : `busiest, in CPUs: ${most}`,
  ];
  return { evidence: parts.filter((text) => text !== '').join('; '), change: 'Let it end, stop it, or measure at another time.', command: 'ps -eo pid,pcpu,comm --sort=-pcpu | head' };
}

function heat({ profile: { overheated, slow } }: Observed): Found {
  if (overheated === 0) return null;
  return { evidence: `the processor was slowed down by its heat in ${overheated} of ${slow.of} samples`, change: 'Cool it, or cap its clock below where that begins.', command: null };
}

function governor({ environment: { cpu } }: Observed): Found {
  if (cpu.governor === null || cpu.governor === 'performance') return null;
  return { evidence: `the frequency governor is ${cpu.governor}: the clock follows the load`, change: 'Let it run at one frequency while you measure.', command: 'sudo cpupower frequency-set -g performance' };
}

function turbo({ environment: { cpu } }: Observed): Found {
  if (cpu.turbo !== true) return null;
  const command = /amd/i.test(cpu.model) ? 'echo 0 | sudo tee /sys/devices/system/cpu/cpufreq/boost' : 'echo 1 | sudo tee /sys/devices/system/cpu/intel_pstate/no_turbo';
  return { evidence: 'turbo is on: the clock depends on heat and on what other cores do', change: 'Switch it off while you measure.', command };
}

function tooShort({ profile: { wallMs }, startMs }: Observed): Found {
  if (wallMs.median >= 100) return null;
  return { evidence: `one execution takes ${durationText(wallMs.median)}, of which ${startMs.toFixed(1)} ms go into starting and ending a process`, change: 'Repeat the work within the benchmark until one execution takes 0.2 to 1 s.', command: null };
}

function tooLong({ profile: { wallMs, noise } }: Observed): Found {
  if (wallMs.median < 20_000 || noise.steps !== undefined) return null;
  return { evidence: `one execution takes ${durationText(wallMs.median)}, and its spread is ${percentText(noise.spread)}`, change: 'More executions narrow the interval more than longer ones do: give it less work, or let it print the time of each step (`match = "median"` in [[metrics]]).', command: null };
}

function waits({ profile: { cpu, otherLoad } }: Observed): Found {
  // Under load it waits for a CPU, which is said already.
  if (cpu === null || cpu.perWall >= 0.5 || (otherLoad ?? 0) >= quietLoad) return null;
  return { evidence: `only ${percentText(cpu.perWall)} of the time is CPU time: it waits for a disk, the network, a timer or other programs`, change: 'Take the waiting out of the benchmark where it is not what you make faster: data in memory, no sleeps, no network.', command: null };
}

/** Less noise is not worth another metric. */
const smallSpread = 0.005;

function cpuMetric({ profile: { cpu, noise } }: Observed): Found {
  if (cpu === null || cpu.perWall < 0.5 || noise.spread < smallSpread || cpu.spread > noise.spread / 2) return null;
  return { evidence: `CPU time varies by ${percentText(cpu.spread)} where the time from outside varies by ${percentText(noise.spread)}`, change: 'Where waiting is not what you make faster, judge by CPU time: `source = "cpu"` in [[metrics]].', command: null };
}

function hiccups({ profile: { slow } }: Observed): Found {
  if (slow.samples === 0 || slow.samples / slow.of < 0.03) return null;
  const row = slow.longestRow > 1 ? `, up to ${slow.longestRow} in a row` : '';
  return { evidence: `${slow.samples} of ${slow.of} samples took more than ${slow.factor.toFixed(2)} times the median${row}`, change: 'Something comes and goes: a neighbour, a timer, a garbage collector. The verdict bears it, and needs more samples for it.', command: null };
}

function drift({ profile: { autocorrelation, unpairedSpread, noise } }: Observed): Found {
  if (autocorrelation.value < Math.max(0.3, autocorrelation.notable) || noise.spread < smallSpread) return null;
  return { evidence: `neighbouring samples resemble each other (correlation ${autocorrelation.value.toFixed(2)}): the speed of the machine drifts, by ${percentText(unpairedSpread)} in all`, change: 'Pairs side by side take most of it out; numbers of one minute must not be compared with those of another.', command: null };
}

function bias({ profile: { noise } }: Observed): Found {
  if (noise.biasLower95 <= Math.log(1.02)) return null;
  return { evidence: `two builds of the same commit differ by at least ${percentText(Math.expm1(noise.biasLower95))}`, change: 'A gain must exceed that. Look for what differs between two folders: the length of paths, data made at random, caches.', command: null };
}
