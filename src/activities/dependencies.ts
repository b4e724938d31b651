import type { ArtifactStore } from '../store/artifacts.js';
import type { Home } from '../store/home.js';
import type { Leasing } from './leasing.js';

/** What activities are given: everything that they know of this host. */
export interface Dependencies {
  home: Home;
  artifacts: ArtifactStore;
  host: string;
  /** Devices of this host, such as `cpu` or `gpu0`. */
  devices: readonly string[];
  /** Who has which device. Absent in the command line, where nothing is leased. */
  leasing?: Leasing;
  /** Model of the GPU, where there is one. */
  gpu: string | null;
  /** Environment that `$NAME` in the config is taken from. */
  env: NodeJS.ProcessEnv;
}
