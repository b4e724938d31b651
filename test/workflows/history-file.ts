import proto from '@temporalio/proto';

const { History } = proto.temporal.api.history.v1;
export type History = proto.temporal.api.history.v1.IHistory;

/**
 * A history as plain JSON, with names for enumerations, strings for 64-bit numbers and base64 for bytes. The SDK's own
 * historyToJSON and historyFromJSON fail ("type must be a Type") where npm installs protobufjs more than once.
 */
export function historyToPlain(history: History): object {
  return History.toObject(History.fromObject(history), { longs: String, enums: String, bytes: String });
}

export function historyFromPlain(json: object): History {
  return History.fromObject(json);
}
