import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Folders by how long a file of theirs takes: what is long comes first, so that no worker is alone with it at the end. */
const folders = ['cheats', 'e2e', 'faults', 'worker', 'bad-input', 'check', 'activities', 'client'];

const place = ({ moduleId }: TestSpecification): number => {
  const at = folders.findIndex((folder) => moduleId.includes(`/test/${folder}/`));
  return at === -1 ? folders.length : at;
};

/** A fresh clone knows of no earlier durations to sort by. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).toSorted((one, other) => place(one) - place(other));
  }
}
