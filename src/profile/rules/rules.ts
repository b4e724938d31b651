import { exposedCommunication, smallCollectives, stragglers } from './gpu/communication.js';
import { repeatedConstants, repeatedReductions } from './gpu/duplicates.js';
import { idleDevice, moduleLoading, slowCalls } from './gpu/host.js';
import { fragmented, launchBound, tinyKernels } from './gpu/launches.js';
import { dataLoader, garbageCollection, pythonLock } from './gpu/python-data.js';
import { allocationChurn, deviceSync, scalarRead, syncInLoop } from './gpu/sync.js';
import { repeatedCopies } from './gpu/repeated-copies.js';
import { pageableCopies, smallCopies, transferBound } from './gpu/transfers.js';
import { copyKernels, fills, fp32Gemm } from './gpu/waste.js';
import { nativeFunction } from './host/native.js';
import { oversubscription } from './host/oversubscription.js';
import { hostRules } from './host/rules.js';
import { waitRules } from './host/wait-rules.js';
import type { Rule } from './rule.js';

/** Every rule, by category. */
export const rules: readonly Rule[] = [
  idleDevice, slowCalls, moduleLoading, oversubscription,
  launchBound, fragmented, tinyKernels,
  scalarRead, syncInLoop, deviceSync, allocationChurn,
  transferBound, pageableCopies, smallCopies, repeatedCopies,
  fp32Gemm, copyKernels, fills, repeatedReductions, repeatedConstants,
  exposedCommunication, stragglers, smallCollectives,
  dataLoader, garbageCollection, pythonLock,
  ...hostRules, nativeFunction, ...waitRules,
];
