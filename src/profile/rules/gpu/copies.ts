import type { Asked } from '../asked.js';
import type { DeviceTime } from '../device-time.js';
import type { Look } from '../rule.js';
import { deviceWork } from './support.js';

/** Of NVIDIA. */
export const practices = 'CUDA C++ Best Practices Guide';
export const copiesNeeded = { ...deviceWork, CUPTI_ACTIVITY_KIND_MEMCPY: 'no copies were captured' };
export const copyLook: Look = { what: 'a copy between host and device', patterns: [/\.(to|cuda)\(|non_blocking|cudaMemcpy\w*\s*\(|cuMemcpy\w*\s*\(/, /\.cpu\(\)|\.numpy\(\)|device_put|from_numpy/] };

const copy = 2;
/** As copyKind has it. */
export const direction = (time: DeviceTime, index: number): number => Math.floor(time.name[index]! / 10_000);
/** Between host and device, in either direction (copyKind 1 and 2). */
export const crosses = (time: DeviceTime, index: number): boolean => time.kind[index] === copy && (direction(time, index) === 1 || direction(time, index) === 2);
/** The same of all work of a device. */
export const crossing = (time: DeviceTime) => (index: number): boolean => crosses(time, index);

/** Bytes by row of CUPTI_ACTIVITY_KIND_MEMCPY. */
export function copyBytes(asked: Asked): ReadonlyMap<number, number> {
  return asked.once('bytes of copies', () => new Map(asked.db.prepare<[], [number, number]>('SELECT rowid, bytes FROM CUPTI_ACTIVITY_KIND_MEMCPY').raw().all()));
}

/** Bytes of all of them together. */
export const totalBytes = (asked: Asked, time: DeviceTime, indexes: Uint32Array): number => indexes.reduce((sum, i) => sum + (copyBytes(asked).get(time.row[i]!) ?? 0), 0);
