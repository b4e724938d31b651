import { lineIndex } from '../../inspect/text/patterns.js';
import type { ScanLanguage } from '../language.js';
import { shownValue, type Setting } from './setting.js';

interface Pattern {
  languages: readonly ScanLanguage[];
  kind: Setting['kind'];
  /** With the group `key`, and `value` where the default follows at once. */
  pattern: RegExp;
  /** Where a default stands in the rest of the call. */
  value?: RegExp;
}

const scripts = ['javascript', 'typescript'] as const;

/** How programs declare what they take: argparse, click, Hydra, commander, yargs, flag, clap, gflags, and variables of the environment. */
const patterns: readonly Pattern[] = [
  { languages: ['python'], kind: 'argument', pattern: /\badd_argument\(\s*(?:["']-\w["']\s*,\s*)?["'](?<key>-{0,2}[\w-]{1,100})["']/g, value: /\bdefault\s*=\s*([^,)\n]{1,120})/ },
  { languages: ['python'], kind: 'argument', pattern: /@(?:\w+\.)?(?:option|argument)\(\s*(?:["']-\w["']\s*,\s*)?["'](?<key>-{0,2}[\w/-]{1,100})["']/g, value: /\bdefault\s*=\s*([^,)\n]{1,120})/ },
  { languages: ['python'], kind: 'hydra', pattern: /@hydra\.main\((?=(?<value>[^)]{0,300}))[^)]{0,300}?config_name\s*=\s*["'](?<key>[^"']{1,100})["']/g },
  { languages: ['python'], kind: 'environment', pattern: /\bos\.(?:environ\.get|getenv|environ\.setdefault)\(\s*["'](?<key>\w{1,100})["']\s*(?:,\s*(?<value>[^)\n]{1,120}))?|\bos\.environ\[\s*["'](?<name>\w{1,100})["']\s*\]/g },
  { languages: scripts, kind: 'environment', pattern: /\bprocess\.env(?:\.(?<key>[A-Za-z_]\w{0,100})|\[\s*["'](?<name>\w{1,100})["']\s*\])/g },
  { languages: scripts, kind: 'argument', pattern: /\.(?:option|requiredOption)\(\s*["'`](?:-\w,?\s+)?(?<key>--[\w-]{1,100})/g },
  { languages: ['go'], kind: 'argument', pattern: /\b(?:flag|pflag|\w*[fF]lags\(\))\.(?:String|Int|Int64|Uint|Bool|Float64|Duration)(?:Var)?P?\(\s*(?:&[\w.]+\s*,\s*)?"(?<key>[\w.-]{1,100})"\s*,\s*(?<value>[^,\n]{1,120})/g },
  { languages: ['go'], kind: 'environment', pattern: /\bos\.(?:Getenv|LookupEnv)\(\s*"(?<key>\w{1,100})"/g },
  { languages: ['rust'], kind: 'environment', pattern: /\benv(?:::var(?:_os)?\(\s*|!\(\s*)"(?<key>\w{1,100})"/g },
  { languages: ['rust'], kind: 'argument', pattern: /\bArg::new\(\s*"(?<key>[\w-]{1,100})"|#\[(?:arg|clap)\([^\]\n]{0,200}?long\s*=\s*"(?<name>[\w-]{1,100})"/g },
  { languages: ['c++'], kind: 'environment', pattern: /\bgetenv\(\s*"(?<key>\w{1,100})"/g },
  { languages: ['c++'], kind: 'argument', pattern: /\bDEFINE_(?:bool|int32|int64|uint32|uint64|double|string)\(\s*(?<key>\w{1,100})\s*,\s*(?<value>[^,\n]{1,120})/g },
];

/** How far the rest of a call is looked at, in UTF-16 code units. */
const callLength = 400;

/** The arguments and variables that a source file takes, found by text. */
export function codeSettings(text: string, language: ScanLanguage): Setting[] {
  const lineAt = lineIndex(text);
  return patterns
    .filter(({ languages }) => languages.includes(language))
    .flatMap(({ kind, pattern, value }) =>
      [...text.matchAll(pattern)].map((match) => {
        const key = match.groups?.['key'] ?? match.groups?.['name'] ?? '';
        const rest = text.slice(match.index + match[0].length, match.index + match[0].length + callLength);
        // The next declaration has a default of its own.
        const own = rest.slice(0, /\n\s*(?:@|\w+\.add_argument)/.exec(rest)?.index ?? rest.length);
        return { kind, key, value: shownValue(key, match.groups?.['value'] ?? value?.exec(own)?.[1] ?? null), line: lineAt(match.index) };
      }),
    )
    .sort((a, b) => a.line - b.line);
}
