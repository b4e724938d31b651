import type { Pattern } from '../text/patterns.js';

/** What one line of Python shows. */
export const pythonPatterns: readonly Pattern[] = [
  { code: 'sleep', pattern: /\b(?:time|asyncio|trio|gevent|anyio)\.sleep\b|(?<![.\w])sleep\s*\(|\bfrom\s+time\s+import\b[^\n]*\bsleep\b|\bthreading\.Event\s*\(\s*\)\.wait\b/g, key: 'sleep' },

  { code: 'clock', pattern: /\btime\.(?:time|perf_counter|monotonic|process_time|thread_time|clock_gettime)(?:_ns)?\b|\b(?:datetime|date)\.(?:now|utcnow|today)\b|(?<![.\w])(?:perf_counter|monotonic|process_time)(?:_ns)?\s*\(|\btimeit\.\w+|\bos\.times\b|\bresource\.getrusage\b/g, key: 'clock' },
  { code: 'clock', pattern: /^[ \t]*(?:import\s+(?:[\w., ]*,\s*)?(?:time|timeit)\b(?!\.)[^\n]*|from\s+time(?:it)?\s+import\b(?![^\n]*\bsleep\b)[^\n]*)/gm, key: 'import time' },

  { code: 'environment', pattern: /\bos\.(?:environb?|getenvb?|uname|getlogin|getpp?id|cpu_count|getcwd)\b|\bsys\.(?:argv|orig_argv|executable|flags|gettrace|getprofile|_getframe|_current_frames|modules|path|meta_path|stdin|monitoring)\b|\bplatform\.(?:node|uname|platform)\b|\bsocket\.(?:gethostname|getfqdn)\b|\bgetpass\.getuser\b|\bcurrent_process\b|\bpsutil\b|\bresource\.getrlimit\b/g },
  { code: 'environment', pattern: /\bfrom\s+os\s+import\b[^\n]*\b(?:environb?|getenvb?|uname|getpp?id)\b|\bfrom\s+sys\s+import\b[^\n]*\b(?:argv|modules|_getframe|gettrace)\b/g },
  { code: 'environment', pattern: /\binspect\.(?:stack|currentframe|getframeinfo|getouterframes|trace)\b|\btraceback\.(?:extract_stack|format_stack|walk_stack|print_stack)\b|\bf_(?:back|code|globals|locals|lineno)\b|\btracemalloc\b|(?<![\w.])__file__\b|\b__spec__\b/g },
  // `if __name__ == "__main__":` is how a script begins.
  { code: 'environment', pattern: /(?<!__name__\s*(?:==|!=)\s*)["']__main__["']/g, where: 'withStrings' },
  { code: 'environment', pattern: /\b__main__\b/g },

  { code: 'patched', pattern: /\bsetattr\s*\(\s*(?:time|sys|os|builtins|random|math|json|gc|torch|numpy|np|threading|subprocess)\b|\b(?:builtins|__builtins__|time|sys|os|random|math|json|gc|datetime|threading|logging|warnings|io)(?:\.\w+)+\s*(?:\[[^\]\n]*\]\s*)?=(?!=)|\bsys\.(?:modules|path|meta_path|path_hooks)\b(?:\s*\[[^\]\n]*\]\s*=(?!=)|\.(?:insert|append|pop|clear|remove|setdefault|update)\b)/g },
  { code: 'patched', pattern: /\bsys\.(?:settrace|setprofile|setswitchinterval|set_int_max_str_digits|addaudithook|setcheckinterval)\b|\bgc\.(?:disable|freeze|set_threshold)\b|\bunittest\.mock\b|\bmonkeypatch\b|\bwarnings\.(?:filterwarnings|simplefilter)\b|\b__builtins__\b|\bimport\s+builtins\b|\bctypes\b|\bforbiddenfruit\b/g },

  { code: 'precision', pattern: /\b(?:np|numpy|torch|jnp|tf|cupy|cp|dtypes)\.(?:b?float(?:16|32)|half|bfloat16|single|float8\w*|int8|uint8|qint8|complex64)\b|["'](?:float(?:16|32)|half|bfloat16|single|f[24]|complex64|[<>=]f[24])["']|\.(?:half|bfloat16|float)\s*\(\s*\)|\bset_float32_matmul_precision\b|\ballow_tf32\b|\bautocast\b|\bquantize\w*\b|\bfastmath\s*=\s*True\b|\ballow_fp16\w*\b/g, where: 'withStrings' },

  { code: 'seed', pattern: /\b(?:\w+\.)*(?:manual_seed(?:_all)?|seed|set_seed|seed_everything|setstate|set_rng_state)\s*\(|\b(?:default_rng|RandomState|PRNGKey|SeedSequence)\s*\(\s*\d|\b(?:\w*seed|\w*SEED|random_state)\s*=\s*-?\d+/g },
  { code: 'seed', pattern: /(?<![.\w])(?:random\.)?Random\s*\(\s*\d/g },

  { code: 'background', pattern: /\b(?:threading\.(?:Thread|Timer)|_thread|multiprocessing|subprocess|concurrent\.futures|joblib|atexit|signal|sched|asyncio\.(?:create_task|ensure_future|run_coroutine_threadsafe|to_thread))\b|\b(?:Thread|Process)(?:Pool)?(?:Executor)?\s*\(|\bos\.(?:fork(?:pty)?|spawn\w*|exec[lv]p?e?|system|popen|posix_spawnp?|register_at_fork)\b|\bfrom\s+threading\s+import\b[^\n]*\b(?:Thread|Timer)\b|\bdaemon\s*=\s*True\b|\bdef\s+__del__\b|\bweakref\.finalize\b/g },

  { code: 'lazy', pattern: /\bdef\s+__(?:getattr|getattribute|getitem|iter|array|float|index)__\b|\bclass\s+\w+\s*\((?:[^()]*[.,\s])?(?:list|dict|tuple|str|set|frozenset|bytes|float|int|UserList|UserDict|UserString|OrderedDict|defaultdict)\s*[,)]/g, why: 'what it gives is worked out when it is looked at, and that may come after the measurement' },

  { code: 'io', pattern: /(?<!\w|def\s)open\s*\(|\.(?:touch|iterdir|rglob|symlink_to|hardlink_to)\s*\(|\.(?:read|write)_(?:text|bytes)\s*\(|\b(?:pickle|marshal|shelve|dill|cloudpickle|joblib)\.(?:load|dump|open)s?\b|\bsqlite3\b|\bnp\.(?:save|savez\w*|load|memmap|fromfile|tofile)\b|\btorch\.(?:save|load)\b|\bmmap\b|\btempfile\b|\bshutil\b|\bos\.(?:open|read|write|remove|unlink|rename|replace|mkdir|makedirs|link|symlink|listdir|scandir|stat|truncate)\b|\bsocket\b|\bsocketserver\b|\brequests\.\w+|\burllib\.(?:request|urlopen)\b|\bhttp\.(?:client|server)\b|\baiohttp\b|\bhttpx\b|\bimport\s+requests\b/g },

  { code: 'dynamic-code', pattern: /(?<![.\w])(?:eval|exec|compile|__import__)\s*\(|\bimportlib\.\w+|\bimport\s+importlib\b|\b(?:types|typing)?\.?(?:FunctionType|CodeType)\s*\(|\b__code__\b|\b__closure__\b|\bcodecs\.decode\b|\bb64decode\b|\bzipimport\b|\brunpy\b|\bgetattr\s*\(\s*(?:os|sys|time|builtins|importlib|subprocess)\b|\bglobals\s*\(\s*\)|\bCDLL\b|\bcffi\b/g },

  { code: 'output', pattern: /(?<![.\w])print\s*\((?![^\n]*\bfile\s*=\s*sys\.stderr)|\bsys\.(?:__)?stdout\b|\bos\.write\s*\(\s*1\b/g, key: 'output' },

  { code: 'exit', pattern: /\bsys\.exit\b|\bos\.(?:_exit|kill|killpg|abort)\b|(?<![.\w])(?:exit|quit)\s*\(|\bSystemExit\b|\bsignal\.(?:alarm|raise_signal|SIG[A-Z]+)\b/g },

  { code: 'disabled-check', pattern: /\bcython:\s*(?:boundscheck|wraparound)\s*=\s*False\b/g, where: 'comments' },
  { code: 'disabled-check', pattern: /\bpytest\.(?:skip|xfail|importorskip|exit)\b|\bmark\.(?:skip|skipif|xfail)\b|\b(?:unittest\.)?(?:skip(?:If|Unless|Test)|SkipTest|expectedFailure)\b|\b__test__\s*=|\bcollect_ignore\w*\b|\bboundscheck\s*\(\s*False\b|\bnp\.(?:seterr|errstate)\b/g },

  { code: 'cache', pattern: /^[ \t]*@\s*[\w.]*(?:lru_cache|(?<![a-z])cache(?:d\w*|_\w+)?|cachedmethod|memoi[sz]e\w*|memo)\b[^\n]*/gm },
  { code: 'cache', pattern: /\b(?:functools\.)?(?:lru_cache|cached_property)\s*\(|\bfunctools\.cache\b|\b(?:cachetools|diskcache|joblib\.Memory|dogpile|beaker|aiocache)\b|\bfrom\s+functools\s+import\b[^\n]*\b(?:lru_cache|cache|cached_property)\b/g },
];

/** A statement that checks what must hold. */
export const pythonChecks = /^[ \t]*assert\b/gm;
