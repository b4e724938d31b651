/** What compilers add to the names of parts and copies of functions, and profilers to inlined ones. */
const additions = /(?:\.(?:cold|part|constprop|isra|lto_priv|llvm)(?:\.\d+)*|\s+\(inline\)|\s+\[clone [^\]]*\])+$/;

/**
 * The name by which source knows a function, from a symbol: `void ns::f<float>(float*, int)` is `ns::f`, `a.com/p.(*T).Get` is
 * `p.T.Get`, `krate::f::{{closure}}::h0123456789abcdef` is `krate::f`.
 */
export function symbolName(symbol: string): string {
  const ofRust = symbol.replace(/::h[0-9a-f]{16}$/, '').replace(/(?:::\{\{closure\}\})+$/, '');
  const ofGo = ofRust.replace(/^[\w.~-]+(?:\/[\w.~-]+)*\/(?=\w)/, '').replaceAll(/\(\*(\w+)\)/g, '$1').replace(/(?:\.func\d+)+(?:\.\d+)*$/, '');
  const bare = outside(ofGo.replace(additions, '').replaceAll('(anonymous namespace)::', ''));
  const withoutArguments = bare.replace(/\(.*$/s, '').trim();
  // What stands before the name is the type of the result.
  return (withoutArguments.split(/\s+/).at(-1) ?? '').replace(/^[*&]+/, '').replace(/^::/, '');
}

/** The text without what stands in angle brackets; those of operators and arrows do not nest. */
function outside(text: string): string {
  if (/\boperator\s*[<>-]/.test(text)) return text;
  let depth = 0;
  let kept = '';
  for (const character of text) {
    if (character === '<') depth += 1;
    else if (character === '>') depth = Math.max(0, depth - 1);
    else if (depth === 0) kept += character;
  }
  return kept;
}
