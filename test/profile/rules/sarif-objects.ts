import { z } from 'zod';

/**
 * The objects of SARIF that perfloop writes, with the properties that it uses: a name or type that the standard does not have is an
 * error. After "Static Analysis Results Interchange Format (SARIF) Version 2.1.0", OASIS Standard, 27 March 2020, whose sections
 * stand beside. Compared once with the JSON schema and the validator in Microsoft's
 * SARIF tools 5.7.0: they accept what these accept, and refuse the same changes. The schema forbids other properties as well, but in property bags (3.8).
 */
const bag = z.object({ tags: z.array(z.string()).refine((tags) => new Set(tags).size === tags.length, 'tags are unique (3.8.2.1)').optional() });
/** 3.11: text or id has to be there (3.11.8, 3.11.10); perfloop writes texts. */
const message = z.strictObject({ text: z.string().min(1) });
/** 3.12.3 */
const multiformatMessage = z.strictObject({ text: z.string().min(1) });

/** 3.4.3: a valid reference; relative ones with a base (3.4.4). */
const artifactLocation = z.strictObject({ uri: z.string().refine((uri) => /^[\w!#$%&'()*+,./:;=?@~[\]-]+$/.test(uri) && !/%(?![0-9A-Fa-f]{2})/.test(uri), 'is no reference of RFC 3986'), uriBaseId: z.string().optional() });
const location = z.strictObject({
  /** 3.29; 3.30.5: lines count from 1. */
  physicalLocation: z.strictObject({ artifactLocation, region: z.strictObject({ startLine: z.int().min(1) }).optional() }),
  /** 3.33.4, 3.33.7 */
  logicalLocations: z.array(z.strictObject({ name: z.string(), kind: z.enum(['function', 'member', 'module', 'namespace', 'type', 'returnType', 'parameter', 'variable']) })).optional(),
});

/** 3.49: the id is required (3.49.3). */
const reportingDescriptor = z.strictObject({ id: z.string().min(1), shortDescription: multiformatMessage.optional(), fullDescription: multiformatMessage.optional(), properties: bag.optional() });
/** 3.27.10, 3.58.6 */
const level = z.enum(['none', 'note', 'warning', 'error']);

/** 3.27: the message is required (3.27.11). */
const result = z.strictObject({
  ruleId: z.string(),
  ruleIndex: z.int().min(0),
  level,
  /** 3.27.25: from 0.0 to 100.0. */
  rank: z.number().min(0).max(100),
  message,
  /** 3.27.12: at least one where there are any. */
  locations: z.array(location).min(1).optional(),
  /** 3.27.17: names with versions as in 3.27.16, values that are texts. */
  partialFingerprints: z.record(z.string().regex(/^[\w/]+\/v\d+$/), z.string()),
  properties: bag,
});

/** 3.14: the tool is required (3.14.6), as is its driver (3.18.2) and the driver's name (3.19.8). */
const run = z.strictObject({
  tool: z.strictObject({ driver: z.strictObject({ name: z.string().min(1), semanticVersion: z.string().regex(/^\d+\.\d+\.\d+/), rules: z.array(reportingDescriptor) }) }),
  /** 3.14.17 */
  columnKind: z.enum(['utf16CodeUnits', 'unicodeCodePoints']),
  /** 3.14.14: absolute, and its path ends with a slash. */
  originalUriBaseIds: z.record(z.string(), z.strictObject({ uri: z.url().regex(/\/$/) })).optional(),
  /** 3.20: whether it succeeded is required (3.20.14); 3.58: so is the message of a notification (3.58.5). */
  invocations: z.array(z.strictObject({ executionSuccessful: z.boolean(), toolExecutionNotifications: z.array(z.strictObject({ level, message })) })),
  results: z.array(result),
  properties: bag,
});

/** 3.13: version (3.13.2) and runs (3.13.4) are required. */
export const sarifLog = z.strictObject({ $schema: z.url().optional(), version: z.literal('2.1.0'), runs: z.array(run) }).superRefine(({ runs }, context) => {
  for (const { tool, results, originalUriBaseIds } of runs) {
    const { rules } = tool.driver;
    // Perfloop lists each rule once; 3.27.6: the index is of the rule of that id.
    if (new Set(rules.map(({ id }) => id)).size !== rules.length) context.addIssue('two rules have one id');
    for (const { ruleId, ruleIndex, locations = [] } of results) {
      if (rules[ruleIndex]?.id !== ruleId) context.addIssue(`rule ${ruleIndex} is not ${ruleId}`);
      for (const { physicalLocation: { artifactLocation: { uri, uriBaseId } } } of locations) {
        if (uriBaseId !== undefined && /^([a-z][\w+.-]*:|\/)/i.test(uri)) context.addIssue(`${uri} is absolute and has a base`);
        if (uriBaseId !== undefined && originalUriBaseIds !== undefined && !(uriBaseId in originalUriBaseIds)) context.addIssue(`nothing says what ${uriBaseId} is`);
      }
    }
  }
});
