import type { RolledBack } from '../../core/rollback/rollback.js';
import type { Style } from '../style.js';
import type { RollbackAsked } from '../verbs/rollback.js';
import { clean } from './numbers.js';

export function printRollback({ run, patches, undo, delivery }: RollbackAsked, style: Style): string {
  if (delivery === 'sent') return `${style('yellow', 'sent')}: no hub answers; it ${undo ? 'gives back' : 'rolls back'} what ${run} accepted when it is there again (\`perfloop show ${run}\`)`;
  const head = style(undo ? 'green' : 'yellow', undo ? 'given back' : 'rolled back');
  return [...patches.map(({ trial, title }) => `${head} ${style('bold', trial)}  ${clean(title)}`), style('dim', undo ? `  later runs of its fleet try it again; perfloop apply ${run} brings it` : `  perfloop rollback ${run} --undo gives it back; what you merged into your repository is as it was`)].join('\n');
}

/** Who took what back, when and why. */
export function rolledBackText(run: string, rolledBack: readonly RolledBack[], style: Style): string {
  if (rolledBack.length === 0) return '';
  const rows = rolledBack.map(({ trial, who, why, alert, at }) => `  ${new Date(at).toISOString()}  ${trial} by ${clean(who)}${alert === null ? '' : ` (alert ${clean(alert)})`}${why === '' ? '' : `: ${clean(why)}`}`);
  return [style('yellow', 'rolled back'), ...rows, style('dim', `  perfloop rollback ${run} --undo gives it back`)].join('\n');
}
