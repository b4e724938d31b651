/** Tokens of one call, as the provider counts them. The four do not overlap. */
export interface Usage {
  /** Read by the model and neither taken from nor put into its cache. */
  input: number;
  /** Taken from the provider's prompt cache. */
  cached: number;
  /** Put into the provider's prompt cache, where that has a price of its own. */
  written: number;
  /** Written by the model, its reasoning included. */
  output: number;
}

export const noUsage: Usage = { input: 0, cached: 0, written: 0, output: 0 };

export function totalTokens({ input, cached, written, output }: Usage): number {
  return input + cached + written + output;
}

/**
 * An upper estimate of the tokens of a text: one for three bytes of UTF-8. English and code have about four bytes a token;
 * a budget must not be passed by a text that has fewer.
 */
export function estimateTokens(text: string): number {
  return Math.ceil(Buffer.byteLength(text) / 3);
}
