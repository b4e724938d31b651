/** Names of variables whose values are secrets. */
const secretName = /token|secret|passw|api_?key|access_?key|private_?key|credential|_auth|_key$|webhook/i;

export function isSecretName(name: string): boolean {
  return secretName.test(name);
}

/**
 * The secrets of an environment, each with the variable that holds it: the value where its name says so or is in `named`, or where
 * PERFLOOP_CODEC_KEYS names it (a codec key has any name: `KEY_2026`); of the headers for telemetry each one's value, and the token in it.
 */
export function secretValues(env: Readonly<Record<string, string | undefined>>, named: readonly string[] = []): { name: string; value: string }[] {
  const codecKeys = (env['PERFLOOP_CODEC_KEYS'] ?? '').split(',').map((entry) => entry.trim().replace(/^\$/, ''));
  return Object.entries(env).flatMap(([name, value = '']) => {
    const isSecret = isSecretName(name) || named.includes(name) || codecKeys.includes(name);
    return [...(isSecret ? [value] : []), ...(telemetryHeaders.test(name) ? headerValues(value) : [])].map((secret) => ({ name, value: secret }));
  });
}

const telemetryHeaders = /^OTEL_EXPORTER_OTLP_(?:\w+_)?HEADERS$/;

/** Of `authorization=Bearer%20abc,x-team=key`: each value as it stands there, as it is meant, and without the scheme. */
function headerValues(text: string): string[] {
  const values = text.split(',').map((pair) => pair.slice(pair.indexOf('=') + 1).trim());
  return [...new Set(values.flatMap((value) => [value, decoded(value), decoded(value).split(' ').at(-1) ?? '']))];
}

/** A secret as programs print it: as it is, in JSON, in a URL, in hexadecimal digits, in base64, also where more stands before or after it there, as in `Authorization: Basic …`. */
export function spellingsOf(secret: string): string[] {
  const bytes = Buffer.from(secret);
  const plain = [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret), bytes.toString('hex'), bytes.toString('base64').replace(/=+$/, ''), bytes.toString('base64url')];
  return [...new Set([...plain, ...[0, 1, 2].flatMap((before) => withinBase64(bytes, before))])];
}

/** A shorter part of a base64 text could stand there by chance. */
const shortestPart = 8;

/** Those digits of a base64 text that are the same whatever stands before and after, in both alphabets. `before`: bytes before it, modulo 3. */
function withinBase64(bytes: Buffer, before: number): string[] {
  const whole = Buffer.concat([Buffer.alloc(before), bytes]);
  const [from, to] = [Math.ceil((before * 8) / 6), Math.floor((whole.length * 8) / 6)];
  return to - from < shortestPart ? [] : (['base64', 'base64url'] as const).map((alphabet) => whole.toString(alphabet).slice(from, to));
}

/** A password that is a word, or a number, says nothing about the text that it stands in. */
export function isPlainWord(value: string): boolean {
  return value.length <= 16 && /^(?:[A-Za-z]?[a-z]+|[A-Z]+|\d+)$/.test(value);
}

/** The passwords of URLs in a value, as they stand there and as they are meant. */
export function passwordsIn(value: string): string[] {
  return [...value.matchAll(/[a-z][a-z0-9+.-]*:\/\/[^\s/@:"']*:([^\s/@"']+)@/gi)].flatMap(([, password = '']) => [password, decoded(password)]);
}

/** Passwords of URLs blacked out: for what other programs print of the places that they were given. */
export function withoutPasswords(text: string): string {
  return text.replaceAll(/(\b[a-z][a-z0-9+.-]*:\/\/)[^\s/@"'\\]+@/gi, (whole, scheme: string) => (/^ssh/i.test(scheme) && !whole.slice(scheme.length).includes(':') ? whole : `${scheme}[redacted]@`));
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
