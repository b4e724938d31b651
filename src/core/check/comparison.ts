/** What comparing two outputs came to. `whose`: the side that is at fault; a difference is the candidate's. */
export type Comparison = { agree: true } | { agree: false; whose: 'champion' | 'candidate'; text: string };

export const agreed: Comparison = { agree: true };

/** Gathers differences: keeps the first, with both values, and counts the others. */
export class Differences {
  private first: string | null = null;
  private count = 0;

  add(place: string, champion: string, candidate: string): void {
    this.say(`${place}: ${champion} became ${candidate}`);
  }

  say(text: string): void {
    this.first ??= text;
    this.count += 1;
  }

  get any(): boolean {
    return this.count > 0;
  }

  /** `unit` names what was counted, such as `line`. */
  comparison(unit: string): Comparison {
    if (this.first === null) return agreed;
    return { agree: false, whose: 'candidate', text: this.count === 1 ? this.first : `${this.first} (the first of ${this.count} ${unit}s that differ)` };
  }
}

export function atFault(whose: 'champion' | 'candidate', text: string): Comparison {
  return { agree: false, whose, text };
}

/** A text of the target in a message: quoted, its hidden characters shown, cut. */
export function quote(text: string): string {
  return JSON.stringify(text.length > 120 ? `${text.slice(0, 120)}…` : text);
}
