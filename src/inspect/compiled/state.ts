import type { Found } from '../found.js';
import { blocksOf } from '../text/blocks.js';
import { whys } from '../whys.js';

/** Static locals of C and C++ that are not constant, and containers of the whole program. */
export function cState(code: string): Found[] {
  const blocks = blocksOf(code);
  return code.split('\n').flatMap((text, index): Found[] => {
    const line = index + 1;
    const block = blocks[line];
    const found = (name: string): Found[] => [{ code: 'cache', key: name, lines: [line], why: whys.cache }];
    const local = /^\s*static\s+(?!const\b|constexpr\b|inline\b|_Noreturn\b|assert)(?:[\w:<>,*&\s]+?)[\s*&](\w+)\s*(?:\[[^\]]*\])*\s*(?:=|;|\{|\()/.exec(text);
    if (block === 'function' && local?.[1] !== undefined && !/\bconst\b/.test(text)) return found(local[1]);
    const container = /^\s*(?:static\s+|inline\s+)*(?!const\b|constexpr\b|using\b|typedef\b|extern\b|return\b|friend\b)(?:std::)?(?:unordered_)?(?:map|set|multimap|deque|vector|list|optional|shared_ptr|unique_ptr|any)\s*<.*>\s+(\w+)\s*(?:;|\{\s*\}|=)/.exec(text);
    if (container?.[1] !== undefined && (block === 'namespace' || (block === 'type' && /\bstatic\b/.test(text)))) return found(container[1]);
    // What begins with the brace of a type stands where that type does.
    const around = /^\s*\}/.test(text) ? blocks[line + 1] : block;
    const variable = around === 'namespace' ? variableOf(text) : null;
    return variable === null ? [] : found(variable);
  });
}

const closesMore = (text: string): boolean => (text.match(/\)/g)?.length ?? 0) > (text.match(/\(/g)?.length ?? 0);
const noVariable = /\b(?:const|constexpr|constinit|consteval|extern|using|typedef|template|namespace|friend|return|goto|static_assert|concept|operator|asm|delete|export|import|module|public|private|protected|else|case)\b|[()#]/;

/** The variable that a line at the level of the program defines, such as `Memo memo;` or `int known[64] = {0};`. */
function variableOf(text: string): string | null {
  // The object that a type is defined with: `} release;`
  const behindType = /^\s*\}\s*(\w+)\s*(?:\[[^\]]*\])*\s*(?:=[^=].*|\{[^{}]*\})?;/.exec(text);
  if (behindType?.[1] !== undefined) return behindType[1];
  const [declared = ''] = text.split(/=(?!=)|\{/);
  // The rest of a list of parameters, with a default.
  if (noVariable.test(declared) || closesMore(text) || !/[=;{]/.test(text) || /^\s*(?:enum|union|struct|class)\s+\w+\s*(?:;|:|\{|$)/.test(text)) return null;
  return /^\s*(?:(?:static|inline|volatile|thread_local|struct|class|enum|unsigned|signed|long|short)\s+)*[\w:]+(?:\s*<.*>)?(?:\s*[*&]+\s*|\s+)(\w+)\s*(?:\[[^\]]*\]\s*)*;?\s*$/.exec(declared)?.[1] ?? null;
}

/** Package variables of Go that functions write to under a key. A map that is only read is a table. */
export function goState(code: string): Found[] {
  const blocks = blocksOf(code);
  const lines = code.split('\n');
  return lines.flatMap((text, index): Found[] => {
    const declared = /^(?:var\s+|\t)(\w+)\s*(?:=\s*(?:make\s*\(|map\[|\[\])|map\[|\[\]|\*?sync\.|atomic\.)/.exec(text);
    const name = declared?.[1];
    if (name === undefined || blocks[index + 1] !== 'namespace') return [];
    const stores = new RegExp(String.raw`(?<![.\w])${name}\s*(?:\[[^\]]*\]\s*=(?!=)|\.(?:Store|LoadOrStore|Put|Add)\b|=\s*append\b|=(?!=)(?!\s*(?:make|map|\[\])))`);
    const written = lines.flatMap((other, at) => (at !== index && blocks[at + 1] === 'function' && stores.test(other) ? [at + 1] : []));
    return written.length === 0 ? [] : [{ code: 'cache', key: name, lines: [index + 1, ...written], why: whys.cache }];
  });
}
