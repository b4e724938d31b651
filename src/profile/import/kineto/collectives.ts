import type { KinetoRows } from './rows.js';

/** Of an element, by the names of PyTorch's types (c10/core/ScalarType.h). */
const bytesOf: Record<string, number> = { Byte: 1, Char: 1, Bool: 1, Float8_e4m3fn: 1, Float8_e5m2: 1, Short: 2, Half: 2, BFloat16: 2, Int: 4, Float: 4, Long: 8, Double: 8, ComplexFloat: 8, ComplexDouble: 16 };

/** Keeps what PyTorch tells of the collective of a kernel, in the names that Kineto gives it (libkineto, output_json.cpp), where it tells anything; sizes since PyTorch 2.3. `kernel`: its row. */
export function addCollective(rows: KinetoRows, kernel: number, args: Readonly<Record<string, unknown>>): void {
  const op = args['Collective name'];
  if (typeof op !== 'string') return;
  const count = (name: string): number | null => (Number.isSafeInteger(args[name]) && (args[name] as number) >= 0 ? (args[name] as number) : null);
  const each = bytesOf[String(args['dtype'])];
  const bytes = (name: string): number | null => {
    const elements = count(name);
    return elements === null || each === undefined ? null : elements * each;
  };
  const group = args['Process Group Description'] ?? args['Process Group Name'];
  const groupId = typeof group === 'string' && group !== '' ? rows.string(group) : null;
  rows.add('PERFLOOP_COLLECTIVES', { kernel, opId: rows.string(op), groupId, groupSize: count('Group size'), inBytes: bytes('In msg nelems'), outBytes: bytes('Out msg nelems') });
}
