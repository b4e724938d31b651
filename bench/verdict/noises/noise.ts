/** A simulated host, with what disturbs it. Logs are natural, of the time of a sample by its undisturbed time. */
export interface Machine {
  /** The next sample's disturbance; the host moves on by one sample. */
  sample(): number;
  /** The constant effect of a fresh build. */
  build(): number;
}

export interface NoiseModel {
  name: string;
  /** For people. */
  what: string;
  /** A host at a random moment of its life. `spread`: standard deviation of ln of one sample, of what the model adds to it apart. */
  machine(spread: number, random: () => number): Machine;
}

export const noBuildEffect = (): number => 0;
