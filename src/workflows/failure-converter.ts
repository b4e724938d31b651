import { DefaultFailureConverter } from '@temporalio/common';

/** Set by the worker in front of the bundle, where it encrypts: a workflow sees no environment. */
const encodes = (globalThis as { perfloopEncodesFailures?: boolean }).perfloopEncodesFailures === true;

/** Of failures that workflows throw: with encryption, their messages and stack traces go into a payload. Replays do not compare them. */
export const failureConverter = new DefaultFailureConverter({ encodeCommonAttributes: encodes });
