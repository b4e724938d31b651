import type { Fingerprint, Gpu } from '../measure/fingerprint.js';
import { bytesText } from './words.js';

/** What a measurement depended on besides the code, as names and texts. What the machine did not tell is said to be unknown. */
export function environmentEntries({ cpu, memoryBytes, swap, addressRandomization, container, os, load, versions, gpus, host }: Fingerprint): [string, string][] {
  const limits = [container.cpus === null ? null : `${container.cpus} CPUs`, container.memoryBytes === null ? null : bytesText(container.memoryBytes)].filter((part) => part !== null);
  return [
    ['CPU', `${cpu.model}, ${cpu.cores} cores${cpu.usable === cpu.cores ? '' : `, ${cpu.usable} usable`}${layoutText(cpu)}`],
    ['Frequency', `${cpu.governor === null ? 'governor unknown' : `governor ${cpu.governor}`}, turbo ${onOff(cpu.turbo)}${typeof cpu.maxMhz === 'number' ? `, ${Math.round(cpu.maxMhz)} MHz at most` : ''}`],
    ['Memory', `${bytesText(memoryBytes)}${swapText(swap)}`],
    ...(limits.length === 0 ? [] : [['Container', `limited to ${limits.join(', ')}`] satisfies [string, string]]),
    ['System', `${os.platform} ${os.arch}, kernel ${os.kernel}${typeof addressRandomization === 'boolean' ? `, address randomization ${onOff(addressRandomization)}` : ''}`],
    ['Load at the start', load.map((value) => value.toFixed(2)).join(', ')],
    ...gpus.map((gpu): [string, string] => ['GPU', gpuText(gpu)]),
    ...Object.entries(versions),
    ['Host', `${host} (hash of its name)`],
  ];
}

function layoutText({ threadsPerCore, numaNodes, virtual }: Fingerprint['cpu']): string {
  const parts = [
    typeof threadsPerCore === 'number' && threadsPerCore > 1 ? `${threadsPerCore} threads a core` : null,
    typeof numaNodes === 'number' && numaNodes > 1 ? `${numaNodes} NUMA nodes` : null,
    virtual === true ? 'a virtual machine' : null,
  ].filter((part) => part !== null);
  return parts.length === 0 ? '' : `, ${parts.join(', ')}`;
}

function swapText(swap: Fingerprint['swap']): string {
  if (swap === undefined || swap === null) return '';
  return swap.bytes === 0 ? ', no swap' : `, ${bytesText(swap.usedBytes)} of ${bytesText(swap.bytes)} swap used`;
}

function gpuText({ name, memory, driver, smMhz, maxSmMhz, throttled, temperatureC, powerLimitW, persistence, mig, programs }: Gpu): string {
  const told = (value: number | null | undefined): value is number => typeof value === 'number';
  return [
    name,
    memory,
    `driver ${driver}`,
    told(smMhz) && told(maxSmMhz) ? `SM clock ${smMhz} of ${maxSmMhz} MHz` : null,
    throttled === undefined ? null : throttled === null ? 'throttling unknown' : throttled.length === 0 ? 'not throttled' : `throttled: ${throttled.join(', ')}`,
    told(temperatureC) ? `${temperatureC} °C` : null,
    told(powerLimitW) ? `${powerLimitW} W at most` : null,
    persistence === false ? 'persistence mode off' : null,
    mig === true ? 'MIG on' : null,
    programs === undefined ? null : programs === null ? 'other programs unknown' : programs.length === 0 ? 'no other program' : `used by ${programs.join(', ')}`,
  ].filter((part) => part !== null).join(', ');
}

function onOff(value: boolean | null): string {
  return value === null ? 'unknown' : value ? 'on' : 'off';
}
