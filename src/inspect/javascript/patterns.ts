import type { Pattern } from '../text/patterns.js';

const builtins = 'performance|Date|Math|console|JSON|Object|Array|String|Number|Boolean|Promise|Reflect|Symbol|Map|Set|WeakMap|WeakSet|RegExp|Function|Error|Intl|Buffer|process|globalThis|global|window|self|require|Atomics';
const from = (modules: string): RegExp => new RegExp(String.raw`\b(?:from|import|require\s*\(|import\s*\()\s*['"](?:node:)?(?:${modules})['"]`, 'g');

/** What one line of JavaScript or TypeScript shows. */
export const javascriptPatterns: readonly Pattern[] = [
  { code: 'sleep', pattern: /\bset(?:Timeout|Interval)\b|\bAtomics\.wait(?:Async)?\b|(?<!\.)\b(?:sleep|delay)\w*\s*\(/g, key: 'sleep' },
  { code: 'sleep', pattern: from('timers/promises'), where: 'withStrings' },

  { code: 'clock', pattern: /\bDate\s*(?:\.\s*now\b|\[)|\bnew\s+Date\b(?!\s*\(\s*[^)\s])|(?<![.\w]|new\s)\bDate\s*\(\s*\)|\bperformance\s*(?:\.\s*(?:now|timeOrigin|mark|measure|timerify|toJSON)\b|\[)|\bprocess\.(?:hrtime|uptime|cpuUsage|resourceUsage)\b|\bconsole\.time\w*\b|\brequestAnimationFrame\b|\btimeStamp\b|\bnew\s+(?:Custom)?Event\s*\(|\bTemporal\.Now\b|\bDateTimeFormat\b[^;\n]*\.format\w*\(\s*\)/g, key: 'clock' },
  { code: 'clock', pattern: /(?<=[=(,:?&|]\s*)\bperformance\b(?=\s*[;,)\n}])/g },
  // By its own name it is the global one, and each use of it is seen.
  { code: 'clock', pattern: new RegExp(String.raw`(?<!\{\s*performance\s*\}\s*(?:=\s*)?)${from('perf_hooks').source}`, 'g'), where: 'withStrings' },

  { code: 'environment', pattern: /\bprocess\.(?:env(?:\.\w+)?|argv0?|execArgv|title|execPath|p?pid|cwd|stdin|memoryUsage|report|release|binding)\b|\bprocess\s*\[|\bos\.(?:hostname|userInfo|networkInterfaces|cpus|loadavg|uptime|freemem|totalmem)\b|\b(?:Deno|Bun)\.(?:env|argv?s?|main)\b/g },
  // What is taken out of it or handed on can be read elsewhere.
  { code: 'environment', pattern: /(?<!typeof\s)(?<=[=(,:?&|]\s*)\bprocess\b(?=\s*[;,)\n}])/g },
  // The whole of the global object, kept or asked by a name that is worked out.
  { code: 'dynamic-code', pattern: /(?<=[=(,:?&|]\s*)\bglobalThis\b(?=\s*[;,)\n}])|(?<==\s*)\bglobal\b(?=\s*[;,\n}])|(?<![.\w])(?:globalThis|global)\s*(?:\?\.)?\[/g, why: 'it reaches for what belongs to the runtime by a name that does not stand here' },
  { code: 'environment', pattern: /\bimport\.meta\.(?:url|main|filename|dirname|env)\b|\b__(?:file|dir)name\b|\brequire\.main\b|\bmodule\.(?:parent|id|filename|paths)\b/g },
  { code: 'environment', pattern: /\bError\s*\([^()\n]*\)\s*\.stack\b|\b(?:e|err|error)\.stack\b|\bcaptureStackTrace\b|\bprepareStackTrace\b|\bstackTraceLimit\b|\barguments\.(?:callee|caller)\b|\bnavigator\.\w+|\blocation\.(?:href|host|pathname)\b/g },

  { code: 'patched', pattern: new RegExp(String.raw`(?<![.\w$])(?:${builtins})(?:\s*\.\s*(?!exitCode\b)[\w$]+|\s*\[[^\]\n]*\])+\s*(?:=(?![=>])|\+\+|--|[-+*/|&]=|(?:\?\?|\|\||&&)=)`, 'g') },
  { code: 'patched', pattern: new RegExp(String.raw`\b(?:Object\.(?:defineProperty|defineProperties|assign|setPrototypeOf|freeze)|Reflect\.(?:set|defineProperty|deleteProperty))\s*\(\s*(?:${builtins})\b(?!\s*\()`, 'g') },
  { code: 'patched', pattern: /(?<![.\w$])(?:Date|performance|Math|console|process)\s*=(?![=>])|\brequire\.(?:cache|extensions)\b|\bModule\._\w+|\bmodule\.constructor\b|\bdelete\s+(?:require|process|globalThis|Date|Math)\b/g },

  { code: 'precision', pattern: /\bMath\.f(?:16)?round\b|\.toFixed\s*\(|\.toPrecision\s*\(|\bFloat(?:16|32)Array\b/g },

  { code: 'seed', pattern: /\bseedrandom\b|(?<!function\s)\b\w*[sS]eed\s*\(\s*[^)\s]|\b(?:\w*[sS]eed|\w*SEED)\s*[:=]\s*-?\d[\d.eE_xXa-fA-Fn]*/g },

  { code: 'background', pattern: /\bnew\s+(?:Shared)?Worker\b|\bcluster\.\w+|(?<![.\w])(?:spawn|fork|exec|execFile)(?:Sync)?\s*\(|\.(?:(?:spawn|execFile)(?:Sync)?|fork|execSync)\s*\(|\bdetached\s*:\s*true\b|\.unref\s*\(|\bsetImmediate\b|\bqueueMicrotask\b|\bprocess\.nextTick\b|\brequestIdleCallback\b|\bFinalizationRegistry\b/g },
  { code: 'background', pattern: from('child_process|worker_threads|cluster'), where: 'withStrings' },
  { code: 'background', pattern: /\bprocess\.(?:on|once|addListener|prependListener)\s*\(/g },

  { code: 'lazy', pattern: /\bnew\s+Proxy\b|\bProxy\.revocable\b/g, why: 'it hands out a stand-in, and the work may come after the measurement' },

  { code: 'lazy', pattern: /\bextends\s+(?:Map|Set|WeakMap|Array|String|Number|Object|Function|Promise|Iterator|\w+Array)\b|\[\s*Symbol\.(?:iterator|asyncIterator|toPrimitive)\s*\]\s*(?:\(|:|=)|(?<![.\w])(?:toJSON|valueOf)\s*\([^()\n]*\)\s*\{|\b__defineGetter__\b|\bdefinePropert(?:y|ies)\s*\((?!\s*exports\b)[^;]*?[{,]\s*get\s*[(:]/g, why: 'it stands in for a plain value, and what it gives may be worked out when somebody looks, after the measurement' },

  { code: 'io', pattern: from('fs|fs/promises|net|https?|http2|dgram|dns|tls|sqlite|bun:sqlite'), where: 'withStrings' },
  { code: 'io', pattern: /\b(?:read|write|append|copy|unlink|mkdir|rm|rename|symlink|link|open|stat|exists|readdir|truncate)(?:File|dir|link)?Sync\b|\bfs(?:p|\.promises)?\.\w+|\bcreate(?:Read|Write)Stream\b|(?<![.\w])fetch\s*\(|\bXMLHttpRequest\b|\bWebSocket\b|\b(?:local|session)Storage\b|\bindexedDB\b|\bcaches\.open\b/g },

  { code: 'dynamic-code', pattern: /(?<![.\w])eval\s*\(|\(\s*0\s*,\s*eval\s*\)|(?<![.\w])(?:new\s+)?Function\s*\(|\bnew\s+(?:Async|Generator)Function\b|\bvm\.\w+|\bWebAssembly\.\w+|\bprocess\.(?:dlopen|getBuiltinModule|mainModule)\b|\bcreateRequire\b/g },
  { code: 'dynamic-code', pattern: /(?<![.\w])(?:import|require)\s*\(\s*(?!['"`)])/g },
  { code: 'dynamic-code', pattern: from('vm|module|inspector'), where: 'withStrings' },

  { code: 'output', pattern: /\bconsole\.(?:log|info|table|dir|group)\b|\bprocess\.stdout\b|\bconsole\s*\[/g, key: 'output' },

  { code: 'exit', pattern: /\bprocess\.(?:exit|abort|kill|reallyExit|emit)\b/g },

  { code: 'disabled-check', pattern: /(?<![.\w])(?:it|test|describe|suite)\.(?:skip|todo|only|failing)\b|(?<![.\w])x(?:it|describe|test)\s*\(/g },
];

/** A statement that checks what must hold: fewer of them than before is a check less. */
export const javascriptChecks = /(?<![.\w])(?:assert(?:\.\w+)?|invariant|console\.assert)\s*\(/g;

/** Packages whose whole purpose is to keep results. */
export const javascriptCaching: readonly Pattern[] = [
  { code: 'cache', pattern: /\b(?:from|import|require\s*\()\s*['"](?:[\w@/.-]*memo(?:ize|ise)?[\w-]*|lru-cache|quick-lru|tiny-lru|mnemonist\/lru[\w-]*|p-memoize|node-cache|keyv|lodash[./]memoize|lodash\.once)['"]/g, where: 'withStrings' },
  { code: 'cache', pattern: /(?<![\w$])(?:\w+\.)?(?:memoi[sz]e\w*|useMemo|useCallback|lru)\s*\(|\bWeakRef\b/g },
];
