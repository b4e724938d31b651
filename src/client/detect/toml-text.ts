/** A TOML string. Literal (single quotes) where that saves escapes, as in patterns and shell quoting. */
export function tomlString(text: string): string {
  if (/["\\]/.test(text) && !/['\p{Cc}\p{Cs}]/u.test(text)) return `'${text}'`;
  // JSON's escapes are TOML's, but for what neither may hold raw: DEL, and halves of surrogate pairs.
  return JSON.stringify(text.replaceAll(/\p{Cs}/gu, '\uFFFD')).replaceAll('\u007F', String.raw`\u007F`);
}

export function tomlKey(text: string): string {
  return /^[\w-]+$/.test(text) ? text : tomlString(text);
}
