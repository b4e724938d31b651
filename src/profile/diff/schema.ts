import { z } from 'zod';

/** What of a profile is compared with what of another, each by its own names. */
export const sectionNames = ['functions', 'kernels', 'copies', 'calls', 'system', 'ranges'] as const;
export type SectionName = (typeof sectionNames)[number];

const side = z.object({
  /** What the profile is of, such as `v8`, `cprofile` or `nsys`. */
  kind: z.string(),
  programs: z.array(z.string()),
  /** Models of the devices that ran kernels, one entry a device. */
  gpus: z.array(z.string()),
  /** From the first to the last event; null where the profile does not say it. Not divided by units. */
  wallMs: z.number().nullable(),
});

export const diffRowSchema = z.object({
  section: z.enum(sectionNames),
  name: z.string(),
  /** Of a function, as the later profile names it. */
  file: z.string().nullable(),
  line: z.int().nullable(),
  /** `gone`: only in the first; `new`: only in the second. */
  change: z.enum(['both', 'new', 'gone']),
  /** All times are by unit of work: of functions of their own, of the rest from begin to end. */
  beforeMs: z.number(),
  afterMs: z.number(),
  /** Above 0: the second takes less. */
  gainedMs: z.number(),
  /** Calls, launches or copies by unit; null where only time is known. */
  beforeCount: z.number().nullable(),
  afterCount: z.number().nullable(),
  /** Whether the difference is larger than what chance alone does to samples (two standard errors). Always so where nothing was sampled. */
  certain: z.boolean(),
});
export type DiffRow = z.infer<typeof diffRowSchema>;

const sectionSchema = z.object({
  section: z.enum(sectionNames),
  /** `care`: the rows are there, and `why` says what to mind. `no`: there are none. */
  comparable: z.enum(['yes', 'care', 'no']),
  why: z.string().nullable(),
  beforeMs: z.number().nullable(),
  afterMs: z.number().nullable(),
  gainedMs: z.number().nullable(),
});
export type DiffSection = z.infer<typeof sectionSchema>;

export const profileDiffSchema = z.object({
  v: z.literal(1),
  /** What times are divided by: how many of it each profile holds. */
  unit: z.object({ basis: z.enum(['given', 'iterations', 'calls', 'wall', 'run']), what: z.string(), before: z.number(), after: z.number() }),
  before: side,
  after: side,
  sections: z.array(sectionSchema),
  /** The largest difference first. */
  rows: z.array(diffRowSchema),
  /** Rows that were left out for their number. */
  more: z.int(),
  notes: z.array(z.string()),
});

/** Two profiles, side by side. */
export type ProfileDiff = z.infer<typeof profileDiffSchema>;
