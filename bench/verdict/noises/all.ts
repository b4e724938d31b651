import { bimodal } from './bimodal.js';
import { largeBuildEffect, smallBuildEffect } from './build-effect.js';
import { longBursts, shortBursts } from './bursty.js';
import { heavy } from './heavy.js';
import { independent } from './independent.js';
import type { NoiseModel } from './noise.js';
import { recorded } from './recorded.js';
import { sawtooth } from './sawtooth.js';
import { walk } from './walk.js';

/** Fixed before anything was tuned to them. */
export const noises: NoiseModel[] = [independent, walk, sawtooth, longBursts, shortBursts, bimodal, heavy, smallBuildEffect, largeBuildEffect, recorded];
