/** A published package that perfloop was run on; docs/field-notes.md tells what came of it. */
export interface FieldPackage {
  registry: 'npm' | 'pypi';
  version: string;
  /** Its name in the registry, where the target has another. */
  package?: string;
  /** Parts of the published archive that are neither code nor tests. */
  without: string[];
}

export const packages: Record<string, FieldPackage> = {
  elasticlunr: { registry: 'npm', version: '0.9.5', without: ['docs', 'example', 'release', 'build', 'elasticlunr.min.js'] },
  natural: { registry: 'npm', version: '8.1.1', without: [] },
  'ml-hclust': { registry: 'npm', version: '4.0.0', without: [] },
  talisman: { registry: 'npm', version: '1.1.4', without: [] },
  'gl-matrix': { registry: 'npm', version: '3.4.3', without: ['gl-matrix.js', 'gl-matrix-min.js'] },
  'fast-json-patch': { registry: 'npm', version: '3.1.1', without: ['dist'] },
  apyori: { registry: 'pypi', version: '1.1.2', without: [] },
  textdistance: { registry: 'pypi', version: '4.6.3', without: [] },
  sqlparse: { registry: 'pypi', version: '0.6.1', without: [] },
  inflection: { registry: 'pypi', version: '0.5.1', without: [] },
  boltons: { registry: 'pypi', version: '26.2.0', without: [] },
  snowballstemmer: { registry: 'pypi', version: '3.1.1', without: [] },
  'textdistance-names': { registry: 'pypi', package: 'textdistance', version: '4.6.3', without: [] },
  'natural-spelling': { registry: 'npm', package: 'natural', version: '8.1.1', without: [] },
  nltk: { registry: 'pypi', version: '3.10.4', without: [] },
  rouge: { registry: 'pypi', version: '1.0.1', without: [] },
  jsonschema: { registry: 'pypi', version: '4.26.0', without: ['json', 'docs'] },
  jsonpatch: { registry: 'pypi', version: '1.33', without: [] },
};
