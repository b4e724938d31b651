import { bestOfTen } from './best-of.js';
import { mannWhitney } from './mann-whitney.js';
import { peekingT } from './peeking-t.js';
import type { OtherRule } from './rule.js';
import { singleRun } from './single-run.js';
import { warmUpAndMean } from './warm-up-and-mean.js';

export const otherRules: OtherRule[] = [singleRun, bestOfTen, warmUpAndMean, mannWhitney, peekingT];
