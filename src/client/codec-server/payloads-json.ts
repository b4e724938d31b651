import type { Payload } from '@temporalio/common';
import { z } from 'zod';
import { PerfloopError } from '../../core/errors.js';

const base64 = z.string().regex(/^[A-Za-z0-9+/_-]*={0,2}$/, 'must be base64');
const schema = z.object({ payloads: z.array(z.object({ metadata: z.record(z.string(), base64).nullish(), data: base64.nullish() })) });

/** What the UI and the CLI send: temporal.api.common.v1.Payloads as JSON. Throws PL_CODEC_REQUEST. */
export function payloadsFromJson(text: string): Payload[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw badRequest('the body is no JSON', error);
  }
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw badRequest(`the body is not {"payloads": […]}: ${parsed.error.issues[0]?.path.join('.') ?? ''} ${parsed.error.issues[0]?.message ?? ''}`, parsed.error);
  return parsed.data.payloads.map(({ metadata, data }) => ({
    metadata: Object.fromEntries(Object.entries(metadata ?? {}).map(([name, text]) => [name, Buffer.from(text, 'base64')])),
    data: Buffer.from(data ?? '', 'base64'),
  }));
}

export function payloadsToJson(payloads: readonly Payload[]): string {
  const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
  return JSON.stringify({ payloads: payloads.map(({ metadata, data }) => ({ metadata: Object.fromEntries(Object.entries(metadata ?? {}).map(([name, value]) => [name, text(value)])), data: text(data ?? new Uint8Array()) })) });
}

export function badRequest(message: string, cause?: unknown): PerfloopError {
  return new PerfloopError('PL_CODEC_REQUEST', message, { where: 'POST /encode, POST /decode', fix: 'Send temporal.api.common.v1.Payloads as JSON, as `temporal --codec-endpoint` and the Temporal UI do.', cause });
}
