/** What a change went through, in words. */
export function passedText(passed: readonly string[]): string {
  return passed.length === 0 ? 'No command checked it: the config names neither set-up, build nor test.' : `It passed ${passed.join(', ')}.`;
}

/** A note where no test says anything about a change that is valid. */
export function untested(passed: readonly string[]): string[] {
  return passed.includes('test') ? [] : ['The config names no test ([commands] test): nothing says that it still does what it did.'];
}
