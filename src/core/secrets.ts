/** Names of variables whose values are secrets. */
const secretName = /token|secret|passw|api_?key|access_?key|private_?key|credential|_auth|_key$/i;

export function isSecretName(name: string): boolean {
  return secretName.test(name);
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
