import type { CandidateRef } from '../candidate.js';
import type { Config } from '../config/schema.js';
import type { Flag } from '../flag.js';

/**
 * The flag of a candidate that says of itself that results differ, where no check of the target would tell by how much. Fewer
 * bits may agree within a tolerance on small inputs and still spoil a training, so that for them a loss curve has to be compared.
 */
export function flagsOfChangedResults({ changesResults, file, line }: Pick<CandidateRef, 'changesResults' | 'file' | 'line'>, config: Pick<Config, 'commands' | 'check' | 'cases'>): Flag[] {
  const hasCurve = config.commands.check !== undefined && config.check.compare === 'curve';
  const hasCheck = config.commands.check !== undefined || config.cases.length > 0;
  const flag = (why: string): Flag[] => [{ code: 'results', file, line, text: '', why }];
  if (changesResults === 'precision' && !hasCurve) return flag('it computes with fewer bits, and no loss curve is compared (check.compare = "curve")');
  if (changesResults === 'logging' && !hasCheck) return flag('it prints or records less, and no output is compared (commands.check, cases)');
  return [];
}
