import type Database from '../../../store/sqlite.js';
import { sourceColumns } from './columns.js';

/** What an NVTX payload says of an operation of NCCL, as text, since a 64-bit number can be too large for JavaScript's. */
export interface NcclPayload {
  communicator: string | null;
  /** Of one message, as NCCL counts it for the operation. */
  bytes: number | null;
  ranks: number | null;
}

interface Field {
  offset: number;
  /** In bytes. */
  size: number;
}

/** Where the fields of NCCL are, by `DOMAIN SCHEMA`. */
export type PayloadSchemas = ReadonlyMap<string, Partial<Record<keyof NcclPayload, Field>>>;

/** The labels that NCCL gives its fields (src/include/nvtx_payload_schemas.h). */
const labels: Record<keyof NcclPayload, string> = { communicator: 'NCCL communicator ID', bytes: 'Message size [bytes]', ranks: 'No. of ranks' };

/** Bytes of the whole numbers of NVTX (nvToolsExtPayload.h, NVTX_PAYLOAD_ENTRY_TYPE_…) where they are as on 64-bit Linux. */
const sizes: Readonly<Record<number, number>> = { 5: 4, 6: 4, 7: 8, 8: 8, 9: 8, 10: 8, 15: 4, 16: 4, 17: 8, 18: 8, 22: 8 };

/** Reads which payloads of the export that is attached as `source` are of NCCL. A schema that two processes have each in its own way is left out. */
export function ncclSchemas(db: Database.Database): PayloadSchemas {
  const found = new Map<string, Partial<Record<keyof NcclPayload, Field>>>();
  const columns = sourceColumns(db, 'NVTX_PAYLOAD_SCHEMA_ENTRIES');
  if (!['domainId', 'schemaId', 'type', 'name', 'offset'].every((column) => columns.has(column))) return found;
  const rows = db.prepare<[], { schema: string; name: string; type: number; offset: number }>(`SELECT DISTINCT CAST(domainId AS INTEGER) || ' ' || CAST(schemaId AS INTEGER) AS schema, name, type, COALESCE("offset", 0) AS offset FROM source.NVTX_PAYLOAD_SCHEMA_ENTRIES WHERE name IN (${Object.values(labels).map((label) => `'${label}'`).join(', ')})`).all();
  const ambiguous = new Set<string>();
  for (const { schema, name, type, offset } of rows) {
    const key = (Object.keys(labels) as (keyof NcclPayload)[]).find((one) => labels[one] === name);
    const size = sizes[type];
    if (key === undefined || size === undefined) continue;
    const fields = found.get(schema) ?? {};
    if (fields[key] !== undefined) ambiguous.add(schema);
    found.set(schema, { ...fields, [key]: { offset, size } });
  }
  for (const schema of ambiguous) found.delete(schema);
  return found;
}

/** Before the payload: the domain, the schema, the length of the payload, and one number more, of 64 bits each. Nsight Systems documents it nowhere; so it has them in exports of 2026, as nsys-ai found. */
const headBytes = 32;

/** What `binaryData` of an event says; null where it is of another schema, or laid out in another way. */
export function binaryPayload(data: unknown, domain: number | null, schemas: PayloadSchemas): NcclPayload | null {
  const bytes = Buffer.isBuffer(data) ? data : typeof data === 'string' && /^(?:0x)?(?:[0-9a-f]{2})+$/i.test(data) ? Buffer.from(data.replace(/^0x/i, ''), 'hex') : null;
  if (bytes === null || bytes.length < headBytes || domain === null || bytes.readUInt32LE(0) !== domain) return null;
  const length = Number(bytes.readBigUInt64LE(16));
  const fields = schemas.get(`${domain} ${bytes.readBigUInt64LE(8)}`);
  if (fields === undefined || bytes.length < headBytes + length) return null;
  const value = (field: Field | undefined): bigint | null => {
    if (field === undefined || field.offset + field.size > length) return null;
    const at = headBytes + field.offset;
    return field.size === 8 ? bytes.readBigUInt64LE(at) : BigInt(bytes.readUInt32LE(at));
  };
  return payload(value(fields.communicator), value(fields.bytes), value(fields.ranks));
}

/** The same of `jsonText`, which names the fields. */
export function jsonPayload(text: unknown): NcclPayload | null {
  if (typeof text !== 'string') return null;
  const value = (label: string): bigint | null => {
    const at = text.indexOf(`"${label}"`);
    const digits = at < 0 ? undefined : /^\s*:\s*"?(\d{1,20})\b/.exec(text.slice(at + label.length + 2, at + label.length + 64))?.[1];
    return digits === undefined ? null : BigInt(digits);
  };
  const found = payload(value(labels.communicator), value(labels.bytes), value(labels.ranks));
  return Object.values(found).every((one) => one === null) ? null : found;
}

function payload(communicator: bigint | null, bytes: bigint | null, ranks: bigint | null): NcclPayload {
  // More than that no message has: it was no size.
  const count = (value: bigint | null, most: bigint): number | null => (value === null || value > most ? null : Number(value));
  return { communicator: communicator === null ? null : `0x${communicator.toString(16)}`, bytes: count(bytes, 1n << 50n), ranks: count(ranks, 1n << 24n) };
}
