export type Labels = Readonly<Record<string, string>>;

/** What instruments write to: the part of Temporal's MetricMeter that they need, so that both come out of one exporter. */
export interface Meter {
  createCounter(name: string, unit?: string, description?: string): { add(value: number, tags?: Labels): void };
  createGauge(name: string, valueType?: 'int' | 'float', unit?: string, description?: string): { set(value: number, tags?: Labels): void };
  createHistogram(name: string, valueType?: 'int' | 'float', unit?: string, description?: string): { record(value: number, tags?: Labels): void };
}

export interface Declared<Label extends string> {
  /** As it is scraped. */
  name: string;
  help: string;
  labels?: readonly Label[];
  /** Upper bounds, of a histogram. */
  buckets?: readonly number[];
}

export type Kind = 'counter' | 'gauge' | 'histogram';

/** Distinct values of a label in one process. What names come from configs, so nothing else bounds them. */
const mostValues = 40;

/** A metric. Writing to one costs next to nothing while nobody measures. */
export class Instrument<Label extends string = never> {
  #write: ((value: number, labels: Labels) => void) | null = null;
  #dropped: ReadonlySet<string> = new Set();
  readonly #seen = new Map<string, Set<string>>();

  constructor(
    readonly kind: Kind,
    readonly declared: Declared<Label>,
  ) {}

  /** `dropped`: labels that are left out. */
  bind(meter: Meter, dropped: ReadonlySet<string>): void {
    const { kind, declared: { name, help } } = this;
    this.#dropped = dropped;
    this.#write = writerOf(meter, kind, name, help);
    // A counter that is not there yet hides its first increase from rate().
    if (kind === 'counter' && this.#labels.length === 0) this.#write(0, {});
  }

  /** Adds to a counter, sets a gauge, or observes in a histogram. */
  protected write(value: number, labels: Readonly<Record<Label, string>>): void {
    if (this.#write === null) return;
    this.#write(value, Object.fromEntries(this.#labels.map((label) => [label, this.#bounded(label, labels[label])])));
  }

  get #labels(): Label[] {
    return (this.declared.labels ?? []).filter((label) => !this.#dropped.has(label));
  }

  #bounded(label: string, value: string): string {
    const seen = this.#seen.get(label) ?? new Set();
    this.#seen.set(label, seen);
    if (!seen.has(value) && seen.size >= mostValues) return 'other';
    seen.add(value);
    return value;
  }
}

function writerOf(meter: Meter, kind: Kind, name: string, help: string): (value: number, labels: Labels) => void {
  if (kind === 'counter') {
    // The exporter puts the suffix to the names of all counters.
    const counter = meter.createCounter(name.replace(/_total$/, ''), '', help);
    return (value, labels) => counter.add(value, labels);
  }
  if (kind === 'gauge') {
    const gauge = meter.createGauge(name, 'float', '', help);
    return (value, labels) => gauge.set(value, labels);
  }
  const histogram = meter.createHistogram(name, 'float', '', help);
  return (value, labels) => histogram.record(value, labels);
}

/** Of whole numbers: Temporal's exporter knows no others. The sum of a histogram serves for fractions. */
export class Counter<Label extends string = never> extends Instrument<Label> {
  constructor(declared: Declared<Label>) {
    super('counter', declared);
  }
  add(value: number, labels: Readonly<Record<Label, string>>): void {
    if (value > 0) this.write(Math.round(value), labels);
  }
}

export class Gauge<Label extends string = never> extends Instrument<Label> {
  constructor(declared: Declared<Label>) {
    super('gauge', declared);
  }
  set(value: number, labels: Readonly<Record<Label, string>>): void {
    this.write(value, labels);
  }
}

export class Histogram<Label extends string = never> extends Instrument<Label> {
  constructor(declared: Declared<Label> & { buckets: readonly number[] }) {
    super('histogram', declared);
  }
  observe(value: number, labels: Readonly<Record<Label, string>>): void {
    if (Number.isFinite(value)) this.write(Math.max(0, value), labels);
  }
}
