import { openArtifacts, type ArtifactStore } from './artifacts.js';
import type { Home } from './home.js';

/** The store that a home's settings name. */
export function artifactsOf(home: Home): ArtifactStore {
  return openArtifacts(home.artifacts);
}
