import type { ProfileDatabase } from '../../open.js';
import { directionLabels } from '../labels.js';
import { workKinds } from './work.js';

/** A text of StringIds by its id; undefined where there is none. */
export function textOf(db: ProfileDatabase): (id: number) => string | undefined {
  const text = db.prepare<[number], string>('SELECT value FROM StringIds WHERE id = ?').pluck();
  return (id) => text.get(id);
}

/** What people call a span of work, by its kind and name in WorkColumns. */
export function workNames(db: ProfileDatabase): (kind: number, name: number) => string {
  const direction = directionLabels(db);
  const text = textOf(db);
  return (kind, name) => {
    const of = workKinds[kind];
    if (of === 'graph') return name < 0 ? 'CUDA graph' : `CUDA graph ${name}`;
    if (of === 'memcpy') return `copy ${direction(name)}`;
    return of === 'memset' ? 'set of memory' : (text(name) ?? '(unnamed kernel)');
  };
}
