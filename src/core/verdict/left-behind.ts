import type { Pair } from '../sample.js';
import { leftProcesses } from './left-processes.js';
import type { Reason } from './verdict.js';

/**
 * What executions of the candidate leave behind and those of the champion do not: files of the build that they change, upon
 * which a later sample may depend, and processes that go on after the exit, whose work the wall time does not hold. Empty
 * where there is nothing of both; what both do is a property of the benchmark.
 */
export function leftBehind(pairs: readonly Pair[]): Reason[] {
  return [...changedFiles(pairs), ...leftProcesses(pairs)];
}

/**
 * Whether executions of the candidate write protected files, which those of the champion do not. That they hold the same
 * afterwards is no excuse: what the benchmark found in them meanwhile nobody knows. Empty: no.
 */
export function tampering(pairs: readonly Pair[]): Reason[] {
  const ofChampion = new Set(pairs.flatMap(({ a }) => a.left?.written ?? []));
  const own = [...new Set(pairs.flatMap(({ b }) => b.left?.written ?? []))].filter((path) => !ofChampion.has(path));
  return own.length === 0 ? [] : [{ code: 'protected', text: `The candidate's benchmark writes protected files, which the champion's does not: ${first(own)}. They were put back after each sample; what it ran with meanwhile is not known.` }];
}

function changedFiles(pairs: readonly Pair[]): Reason[] {
  // Of so many changes not all are known by name.
  if (pairs.some(({ a }) => (a.left?.more ?? 0) > 0)) return [];
  const ofChampion = new Set(pairs.flatMap(({ a }) => a.left?.changed ?? []));
  const own = [...new Set(pairs.flatMap(({ b }) => b.left?.changed ?? []))].filter((path) => !ofChampion.has(path));
  if (own.length === 0) return [];
  return [{ code: 'left-files', text: `The candidate's benchmark changes files of the build, which the champion's does not: ${first(own)}. They were put back after each sample, so that none depends on another.` }];
}

const first = (paths: readonly string[]): string => `${paths.slice(0, 5).join(', ')}${paths.length > 5 ? ` and ${paths.length - 5} more` : ''}`;
