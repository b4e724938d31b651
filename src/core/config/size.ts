import { z } from 'zod';

const units: Record<string, number> = { MiB: 2 ** 20, GiB: 2 ** 30, TiB: 2 ** 40 };
const form = /^(\d+(?:\.\d+)?)\s*(MiB|GiB|TiB|%)$/;
const words = 'must be a size such as "512MiB" or "8GiB"';

/** Bytes, or a share of what the machine has. */
export type Size = { bytes: number } | { share: number };

/** A size in the config, of which a share of the machine's makes sense. */
export const sizeOrShare = z
  .string()
  .refine((text) => parseSize(text) !== null, `${words}, or a share of the machine's such as "90%"`)
  .meta({ title: 'size or percentage' });

/** A size in the config. */
export const size = z
  .string()
  .refine((text) => 'bytes' in (parseSize(text) ?? {}), words)
  .meta({ title: 'size' });

/** Null where it is none. */
export function parseSize(text: string): Size | null {
  const [, amount = '', unit = ''] = form.exec(text.trim()) ?? [];
  const value = Number(amount);
  if (amount === '' || value <= 0) return null;
  if (unit === '%') return value <= 100 ? { share: value / 100 } : null;
  return { bytes: Math.round(value * (units[unit] ?? 1)) };
}

/** For people: with the largest unit that it is one of. */
export function sizeText(bytes: number): string {
  const [unit, factor] = Object.entries(units).findLast(([, factor]) => bytes >= factor) ?? ['MiB', 2 ** 20];
  return `${Number((bytes / factor).toPrecision(3))} ${unit}`;
}
