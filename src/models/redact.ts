import { isPlainWord, secretValues, spellingsOf } from '../core/secrets.js';

/** Takes secrets out of texts before anything keeps or sends them. */
export interface Redactor {
  text(text: string): string;
  /** Every string of a JSON value, keys included; the same value where nothing was found. */
  json<T>(value: T): T;
  /**
   * Every string of a JSON value that is code, or may become some: only what is surely a secret goes. A password such as
   * `postgres` is a word there, and `authorization = …` an assignment.
   */
  code<T>(value: T): T;
}

/** What a redactor leaves in place of a secret. */
export const redactionMark = /\[redacted(?: [^\]\n]*)?\]/g;

/** Shorter values (`1`, `true`, `dev`) are in every text. */
const shortestSecret = 8;

/** Keys of providers and forges by their form: what a program prints need not be in the environment. */
const forms: readonly RegExp[] = [
  /\bsk-[A-Za-z0-9_-]{16,}/g,
  /\b(?:gh[pousr]|glpat|npm|hf|pypi)[_-][A-Za-z0-9_-]{16,}/g,
  /\bgithub_pat_\w{20,}/g,
  /\bplt_[\w-]{43}/g,
  /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g,
  /\bAIza[\w-]{35}/g,
  /\bxox[abeoprs]-[\w-]{10,}/g,
  /\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]+/g,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[^-]*(?:-----END [A-Z ]*PRIVATE KEY-----)?/g,
];
// A backslash begins an escape where the text is JSON or code.
const bearer = /\b(authorization|x-api-key|api-key)(["']?\s*[:=]\s*["']?)(?:bearer\s+)?[^\s"',;\\]{8,}/gi;
const inUrl = /(\b[a-z][a-z0-9+.-]*:\/\/)[^\s/@:"'\\]+:[^\s/@"'\\]+@/gi;

/**
 * Knows the values of variables that are secrets by their name, or are named in `names` (`OPENAI_API_KEY`): as they are,
 * in base64 and as they stand in a URL. What has the form of a key goes too.
 */
export function redactorOf(env: NodeJS.ProcessEnv, names: readonly string[] = []): Redactor {
  const secrets = secretValues(env, names)
    .flatMap(({ name, value }) => (value.length >= shortestSecret ? spellingsOf(value).map((spelling) => ({ name, spelling, word: isPlainWord(value) })) : []))
    // Of two that begin alike the longer one goes first.
    .toSorted((a, b) => b.spelling.length - a.spelling.length);
  const sure = secrets.filter(({ word }) => !word);
  const without = (known: typeof secrets, given: string): string => {
    let result = given;
    for (const { name, spelling } of known) if (result.includes(spelling)) result = result.replaceAll(spelling, `[redacted ${name}]`);
    for (const form of forms) result = result.replaceAll(form, '[redacted key]');
    return result;
  };
  const text = (given: string): string => without(secrets, given).replaceAll(bearer, '$1$2[redacted key]').replaceAll(inUrl, '$1[redacted]@');
  return { text, json: (value) => walk(value, text), code: (value) => walk(value, (given) => without(sure, given)) };
}

function walk<T>(value: T, text: (given: string) => string): T {
  if (typeof value === 'string') return text(value) as T;
  if (Array.isArray(value)) return value.map((entry: unknown) => walk(entry, text)) as T;
  if (typeof value === 'object' && value !== null) return Object.fromEntries(Object.entries(value).map(([key, entry]) => [text(key), walk(entry, text)])) as T;
  return value;
}
