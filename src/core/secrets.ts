/** Names of variables whose values are secrets. */
const secretName = /token|secret|passw|api_?key|access_?key|private_?key|credential|_auth|_key$/i;

export function isSecretName(name: string): boolean {
  return secretName.test(name);
}

/** A secret as programs print it: as it is, in JSON, in a URL, in base64. */
export function spellingsOf(secret: string): string[] {
  const bytes = Buffer.from(secret);
  return [...new Set([secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret), bytes.toString('base64').replace(/=+$/, ''), bytes.toString('base64url')])];
}
