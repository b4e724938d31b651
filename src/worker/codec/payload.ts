import proto from '@temporalio/proto';
import type { Payload } from '@temporalio/common';

const message = proto.temporal.api.common.v1.Payload;

export type Metadata = Record<string, Uint8Array>;

export const encodingOf = (payload: Payload): string => Buffer.from(payload.metadata?.['encoding'] ?? []).toString('utf8');

export const payloadToBytes = (payload: Payload): Uint8Array => message.encode(payload).finish();

export const payloadFromBytes = (bytes: Uint8Array): Payload => message.decode(bytes);
