import { parseExpression } from '../../expression/parse.js';
import type { Expression } from '../../expression/tree.js';

/** A text with places in it that are filled in when it is needed. */
export type Text = readonly (string | Expression)[];

/** `Ship {{steps.judge.output.ratio}}?`: what is between the braces is an expression, as in `when`. Throws `ExpressionError`. */
export function parseText(text: string): Text {
  return text.split(/\{\{(.*?)\}\}/s).map((part, index) => (index % 2 === 0 ? part : parseExpression(part.trim())));
}

export function expressionsOf(text: Text): Expression[] {
  return text.filter((part): part is Expression => typeof part !== 'string');
}
