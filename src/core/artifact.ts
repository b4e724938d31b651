/** What an artifact holds; becomes its file extension and how the report shows it. */
export type ArtifactKind =
  | 'bundle'
  | 'candidates'
  | 'diff'
  | 'findings'
  | 'json'
  | 'log'
  | 'profile'
  | 'samples'
  | 'text';

/** A reference to bytes in the artifact store. Only references travel through workflow histories. */
export interface ArtifactRef {
  /** Lower-case hex SHA-256 of the content; also its name in the store. */
  sha: string;
  bytes: number;
  kind: ArtifactKind;
}
