import { readFile } from 'node:fs/promises';
import { posix } from 'node:path';
import { z } from 'zod';
import { PerfloopError } from '../../core/errors.js';
import { languageOf } from '../../core/language.js';
import type { Finding } from '../../core/finding.js';
import { snippet, sourceLines } from '../../profile/findings/source.js';

const share = z.number().min(0).max(1);
const level = z.enum(['low', 'medium', 'high']);

/** What `perfloop analyze --json` writes of a finding, and what a run keeps of one. */
const givenSchema = z.looseObject({
  id: z.string().optional(),
  category: z.string().min(1),
  rule: z.string().optional(),
  title: z.string().optional(),
  severity: level.optional(),
  confidence: level.optional(),
  file: z.string().nullable().optional(),
  function: z.string().nullable().optional(),
  line: z.int().min(1).nullable().optional(),
  share: share.optional(),
  selfShare: share.optional(),
  totalShare: share.optional(),
  hotLines: z.array(z.object({ line: z.int().min(1), share })).optional(),
  evidence: z.array(z.looseObject({ tool: z.string(), text: z.string() })).optional(),
  notes: z.array(z.string()).optional(),
});

const fileSchema = z.union([z.array(givenSchema), z.looseObject({ findings: z.array(givenSchema) })]);

export interface GivenFindings {
  findings: Finding[];
  /** Of findings that name no place in a file. */
  unplaced: string[];
}

/** Reads findings as `perfloop analyze --json` writes them, or a list of findings. Throws PL_FINDINGS_FILE. */
export async function givenFindings(file: string, root: string): Promise<GivenFindings> {
  const refused = (problem: string, cause?: unknown): PerfloopError =>
    new PerfloopError('PL_FINDINGS_FILE', `The findings cannot be read: ${problem}`, { where: file, fix: 'Write them with `perfloop analyze PROFILE --repo DIR --json > findings.json`; docs/findings.md has the format.', ...(cause === undefined ? {} : { cause }) });
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw refused('there is no such file', cause);
  });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw refused('it is no JSON', cause);
  }
  const parsed = fileSchema.safeParse(value);
  if (!parsed.success) throw refused(parsed.error.issues.slice(0, 3).map(({ path, message }) => `${path.join('.') || 'the file'}: ${message}`).join('; '));
  const given = Array.isArray(parsed.data) ? parsed.data : parsed.data.findings;
  const findings: Finding[] = [];
  const unplaced: string[] = [];
  for (const one of given) {
    const placed = await findingOf(one, root);
    if (placed === null) unplaced.push(`${one.title ?? one.rule ?? one.category}: it names no line of a file in the repository`);
    else findings.push(placed);
  }
  return { findings, unplaced };
}

async function findingOf(given: z.infer<typeof givenSchema>, root: string): Promise<Finding | null> {
  const { file, function: name, line, share: part, selfShare, totalShare, hotLines, rule, title, severity, confidence, notes } = given;
  if (file == null || line == null || isOutside(file)) return null;
  const lines = await sourceLines(root, file);
  if (lines === null) return null;
  const language = languageOf(file);
  return {
    id: given.id ?? `${given.category}:${file}:${line}`, category: given.category, file, function: name ?? '<module>', line, language,
    selfShare: selfShare ?? part ?? 0, totalShare: totalShare ?? part ?? selfShare ?? 0, hotLines: hotLines ?? [{ line, share: part ?? 0 }],
    snippet: snippet(lines, { language, line, column: null }), callSites: [], evidence: (given.evidence ?? []).map(({ tool, text }) => ({ tool, text })),
    ...(rule === undefined ? {} : { rule }), ...(title === undefined ? {} : { title }), ...(severity === undefined ? {} : { severity }), ...(confidence === undefined ? {} : { confidence }), ...(notes === undefined ? {} : { notes }),
  };
}

function isOutside(file: string): boolean {
  return posix.isAbsolute(file) || posix.normalize(file).startsWith('..');
}
