import type { AnalysisCase } from './case.js';
import { nodeCases } from './node-cases.js';
import { pythonCases } from './python-cases.js';

/** Profiled for real, when the cases are run. */
export const hostCases: readonly AnalysisCase[] = [...nodeCases, ...pythonCases];
