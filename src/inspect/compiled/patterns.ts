import type { Pattern } from '../text/patterns.js';

/** C and C++. */
export const cPatterns: readonly Pattern[] = [
  { code: 'sleep', pattern: /\b(?:u|nano|clock_nano)?sleep\s*\(|\bsleep_(?:for|until)\b|\bSleep\s*\(|\bsched_yield\b|\b_mm_pause\b/g, key: 'sleep' },
  { code: 'clock', pattern: /\b(?:clock_gettime|gettimeofday|timespec_get|clock|times|getrusage|QueryPerformanceCounter|mach_absolute_time|__rdtscp?|_?rdtscp?)\s*\(|\b(?:steady|system|high_resolution)_clock\b|(?<![\w.>:])time\s*\(\s*(?:NULL|nullptr|0|&)/g, key: 'clock' },
  { code: 'environment', pattern: /\b(?:secure_)?getenv\s*\(|\bextern\s+char\s*\*\*\s*environ\b|\bprogram_invocation(?:_short)?_name\b|\bgethostname\s*\(|\buname\s*\(|\bgetp?pid\s*\(|\bgetauxval\s*\(|\b__argv\b|\bbacktrace\s*\(|\bisatty\s*\(|\bstd::source_location\b|\bargv\b|\bargc\b/g },
  { code: 'patched', pattern: /\bLD_PRELOAD\b|\bdlsym\s*\(|\b__wrap_\w+|\b__real_\w+|\b#\s*define\s+(?:main|printf|clock_gettime|assert|malloc|free|exit|true|false)\b|\bmprotect\s*\(|\bsetrlimit\s*\(|\bptrace\s*\(/g },
  { code: 'broad-catch', pattern: /\bcatch\s*\(\s*\.\.\.\s*\)/g, key: 'catch' },
  { code: 'precision', pattern: /\b(?:_Float16|__fp16|__half2?|bfloat16|__nv_bfloat16|_mm\d*_rcp\w*|_mm\d*_rsqrt\w*|__frcp\w*|__f(?:div|sqrt)idef|__(?:sin|cos|exp|log|pow)f|fast_math)\b|#\s*pragma\s+(?:GCC\s+optimize|float_control|STDC\s+FP_CONTRACT|fp_contract)[^\n]*|-ffast-math|-Ofast|-funsafe-math[\w-]*|\bstatic_cast\s*<\s*float\s*>/g, where: 'withStrings' },
  { code: 'seed', pattern: /\bs?rand(?:om)?48?\s*\(\s*\d|\bsrand\s*\(|\bseed\s*\(|\bmt19937(?:_64)?\s*\w*\s*[({]\s*\d|\b\w*(?:[sS]eed|SEED)\s*=\s*-?\d\w*/g },
  { code: 'background', pattern: /\bstd::(?:jthread|thread|async)\b|\bpthread_create\b|\bv?fork\s*\(|\bexec[lv]p?e?\s*\(|(?<![\w.>])system\s*\(|\bpopen\s*\(|\bposix_spawnp?\b|\bdaemon\s*\(|\bsetsid\s*\(|\batexit\s*\(|\bat_quick_exit\b|\b__attribute__\s*\(\(\s*(?:constructor|destructor)|\bclone\s*\(|\.detach\s*\(|\bsigaction\s*\(|\bsignal\s*\(/g },
  { code: 'background', pattern: /(?<![\w.>])(?:syscall|SYS_\w+|__NR_\w+)\b|\b(?:pidfd|clone3?|unshare|setns)_?\w*\s*\(/g, why: 'it asks the kernel by number, for processes or for whatever else' },
  { code: 'io', pattern: /\b(?:fopen|freopen|fdopen|open64|openat|mmap|shm_open|socket|connect|sendto|recvfrom|opendir|unlink|remove|rename|memfd_create)\s*\(|(?<![\w.>:])open\s*\(|\bstd::[io]?fstream\b|\bstd::filesystem\b|\bCreateFile[AW]?\b/g },
  { code: 'dynamic-code', pattern: /\bdlopen\s*\(|\bLoadLibrary\w*\b|\b(?:__)?asm(?:__)?\b|\bPROT_EXEC\b|\basmjit\b/g },
  { code: 'output', pattern: /(?<![\w.>:])v?printf\s*\(|\bputs\s*\(|\bputchar\s*\(|\bstd::(?:cout|print(?:ln)?)\b|\bfprintf\s*\(\s*stdout|\bstdout\b|\bwrite\s*\(\s*(?:1|STDOUT_FILENO)\b/g, key: 'output' },
  { code: 'exit', pattern: /(?<![\w.>])_?_?[eE]xit\s*\(|\bquick_exit\b|\bstd::terminate\b|\bkill\s*\(|\braise\s*\(|\bSIG(?:KILL|STOP|TERM|ALRM)\b/g },
  { code: 'disabled-check', pattern: /#\s*define\s+NDEBUG\b|-DNDEBUG\b|#\s*undef\s+\w*(?:ASSERT|CHECK|DEBUG)\w*|\bno_sanitize\w*\b|-fno-(?:sanitize|stack-protector)\S*|\bDISABLED_\w+|\bGTEST_SKIP\b/g, where: 'withStrings' },
  { code: 'cache', pattern: /\bthread_local\b|\b__thread\b|\b_Thread_local\b|\bstd::call_once\b/g },
];

export const rustPatterns: readonly Pattern[] = [
  { code: 'sleep', pattern: /\bsleep(?:_until|_ms)?\s*\(|\bspin_loop\b|\byield_now\b/g, key: 'sleep' },
  { code: 'clock', pattern: /\bInstant::now\b|\bSystemTime::now\b|\b_rdtsc\b|\b(?:Utc|Local|OffsetDateTime)::now\w*/g, key: 'clock' },
  { code: 'environment', pattern: /\benv::(?:vars?(?:_os)?|args(?:_os)?|current_exe|current_dir|temp_dir)\b|\bstd::process::id\b|\bhostname\b|\bBacktrace::\w+|\boption_env!|\bthread::current\s*\(\)\s*\.\s*name\b|\bcfg!?\s*\(\s*(?:test|debug_assertions)\b/g },
  { code: 'patched', pattern: /#\[\s*(?:no_mangle|export_name|link_section|global_allocator|panic_handler)\b|\bpanic::set_hook\b|\benv::set_var\b/g },
  { code: 'broad-catch', pattern: /\bcatch_unwind\b/g },
  { code: 'precision', pattern: /\bf16\b|\bbf16\b|\bas\s+f32\b|\bfadd_fast\b|\bf(?:add|sub|mul|div)_fast\b/g },
  { code: 'seed', pattern: /\bseed_from_u64\s*\(|\bfrom_seed\s*\(|\b\w*(?:seed|SEED)\b[^=\n;]*=\s*-?\d\w*/g },
  { code: 'background', pattern: /\bthread::(?:spawn|Builder|scope)\b|\b(?:tokio|async_std|smol)::\w*spawn\w*|\bspawn_blocking\b|\bCommand::new\b|\brayon::spawn\b|\batexit\b|\bmem::forget\b|\bprocess::Command\b/g },
  { code: 'io', pattern: /\b(?:std::)?fs::\w+|\bFile::(?:open|create|options)\b|\bOpenOptions\b|\bTcp(?:Stream|Listener)\b|\bUdpSocket\b|\bUnixStream\b|\bMmap(?:Mut|Options)?\b|\breqwest\b|\binclude_(?:bytes|str)!/g },
  { code: 'dynamic-code', pattern: /\bLibrary::new\b|\blibloading\b|\b(?:global_)?asm!|\bmem::transmute\b/g },
  { code: 'output', pattern: /(?<![\w])print(?:ln)?!|\bstdout\s*\(/g, key: 'output' },
  { code: 'exit', pattern: /\bprocess::(?:exit|abort)\b|\blibc::kill\b/g },
  { code: 'disabled-check', pattern: /#\[\s*(?:ignore|cfg_attr\([^)\n]*ignore)\b[^\]\n]*\]|\bget_unchecked(?:_mut)?\b|\bfrom_utf8_unchecked\b|\bunreachable_unchecked\b|\bassume_init\b/g },
  { code: 'disabled-check', pattern: /\bunsafe\b/g, why: 'the compiler no longer checks what stands in it' },
  { code: 'cache', pattern: /\bstatic\s+mut\b|\bthread_local!/g },
  { code: 'cache', pattern: /\b(?:static|const)\s+\w+\s*:[^=;{}]*\b(?:Mutex|RwLock|RefCell|(?<!Once)Cell\s*<|Atomic\w+|DashMap|OnceLock|OnceCell)\b/g },
  { code: 'cache', pattern: /#\[\s*(?:cached|memoize|once)\b|\b(?:cached|memoize|moka|quick_cache|lru)::\w+|\blazy_static!(?![^}]*\bRegex\b)/g },
];

export const goPatterns: readonly Pattern[] = [
  { code: 'sleep', pattern: /\btime\.(?:Sleep|After|Tick|NewTimer|NewTicker|AfterFunc)\b|\bruntime\.Gosched\b/g, key: 'sleep' },
  { code: 'clock', pattern: /\btime\.(?:Now|Since|Until)\b|\bnanotime\b/g, key: 'clock' },
  { code: 'environment', pattern: /\bos\.(?:Getenv|LookupEnv|Environ|Args|Hostname|Executable|Getpp?id|Getwd)\b|\bruntime\.(?:Callers?|CallersFrames|Stack|FuncForPC|NumCPU)\b|\bdebug\.(?:Stack|ReadBuildInfo|PrintStack)\b|\btesting\.(?:Testing|Short|Benchmark|B)\b|\bflag\.(?:Lookup|Parse)\b/g },
  { code: 'patched', pattern: /\/\/go:linkname[^\n]*|\bdebug\.Set(?:GCPercent|MaxThreads|MemoryLimit)\b|\bruntime\.GOMAXPROCS\b|\bos\.Setenv\b/g, where: 'withStrings' },
  { code: 'patched', pattern: /\/\/go:linkname[^\n]*/g, where: 'comments' },
  { code: 'broad-catch', pattern: /\brecover\s*\(\s*\)/g },
  { code: 'precision', pattern: /\bfloat32\s*\(|\bcomplex64\s*\(/g },
  { code: 'seed', pattern: /\brand\.(?:Seed|NewSource|NewPCG|NewChaCha8)\s*\(|\b\w*[sS]eed\s*:?=\s*-?\d\w*/g },
  { code: 'background', pattern: /\bgo\s+(?:func\b|\w[\w.]*\s*\()|\bexec\.Command\w*|\bos\.StartProcess\b|\bsyscall\.(?:ForkExec|Exec|Kill)\b|\bruntime\.(?:SetFinalizer|AddCleanup)\b|\bsignal\.Notify\b/g },
  { code: 'io', pattern: /\bos\.(?:Open\w*|Create\w*|ReadFile|WriteFile|Remove\w*|Rename|Mkdir\w*|Stat|ReadDir)\b|\bioutil\.\w+|\bnet\.\w*(?:Dial|Listen)\w*|\bhttp\.(?:Get|Post|Client|NewRequest\w*|Listen\w*)\b|\bsyscall\.(?:Open|Mmap|Socket)\b|\bunix\.Mmap\b|\/\/go:embed/g },
  { code: 'dynamic-code', pattern: /\bplugin\.Open\b|\breflect\.(?:MakeFunc|NewAt)\b/g },
  { code: 'output', pattern: /\bfmt\.Print(?:f|ln)?\b|\bos\.Stdout\b|(?<![.\w])print(?:ln)?\s*\(/g, key: 'output' },
  { code: 'exit', pattern: /\bos\.Exit\b|\blog\.Fatal\w*|\bruntime\.Goexit\b/g },
  { code: 'disabled-check', pattern: /\/\/go:(?:nosplit|nocheckptr|norace)\b/g, where: 'comments' },
  { code: 'disabled-check', pattern: /\bunsafe\.\w+|\b[tb]\.Skip(?:f|Now)?\s*\(/g },
  { code: 'cache', pattern: /\bsync\.(?:Pool|Once(?:Func|Values?)?|Map)\b|\bsingleflight\b|\blru\.New\w*/g },
];

/** Java, Kotlin, Scala, C#, Swift, Ruby, PHP and what else there is: what reads alike in most of them. */
export const otherPatterns: readonly Pattern[] = [
  { code: 'sleep', pattern: /\b(?:Thread\.)?[sS]leep\s*\(|\bTask\.Delay\b|\bLockSupport\.park\w*|\busleep\b/g, key: 'sleep' },
  { code: 'clock', pattern: /\bSystem\.(?:nanoTime|currentTimeMillis)\b|\bInstant\.now\b|\bLocalDateTime\.now\b|\bStopwatch\b|\bDateTime\.(?:Utc)?Now\b|\bEnvironment\.TickCount\w*|\bmicrotime\b|\bhrtime\b|\bTime\.now\b|\bProcess\.clock_gettime\b/g, key: 'clock' },
  { code: 'environment', pattern: /\bSystem\.(?:getenv|getProperty)\b|\bEnvironment\.(?:GetEnvironmentVariable|GetCommandLineArgs|MachineName|StackTrace)\b|\bgetStackTrace\b|\bStackWalker\b|\bStackTrace\b|\bInetAddress\.getLocalHost\b|\bManagementFactory\b|\bENV\[|\bgetenv\b|\$_(?:SERVER|ENV)\b|\bARGV\b|\$0\b|\bProcessInfo\b/g },
  { code: 'broad-catch', pattern: /\bcatch\s*\(\s*(?:final\s+)?(?:Throwable|Exception|System\.Exception)\b[^)]*\)\s*\{\s*\}|\bcatch\s*\{\s*\}|\brescue\s*(?:=>|$|;)/gm, key: 'catch' },
  { code: 'seed', pattern: /\bsetSeed\s*\(|\bnew\s+Random\s*\(\s*\d|\bsrand\b|\b\w*(?:[sS]eed|SEED)\s*=\s*-?\d\w*/g },
  { code: 'background', pattern: /\bnew\s+Thread\b|\bExecutors?\.\w+|\bExecutorService\b|\bCompletableFuture\b|\bTask\.Run\b|\bProcessBuilder\b|\bRuntime\.getRuntime\b|\baddShutdownHook\b|\bProcess\.(?:Start|spawn|fork)\b|\bGlobalScope\b|\bat_exit\b|\bThread\.new\b/g },
  { code: 'io', pattern: /\bFiles?\.(?:read|write|open|new|create|delete|Exists)\w*|\bFile(?:Input|Output)?(?:Stream|Reader|Writer)\b|\bRandomAccessFile\b|\bSocket\b|\bHttpClient\b|\bURL\s*\(|\bfile_(?:get|put)_contents\b|\bFile\.(?:open|read|write)\b/g },
  { code: 'dynamic-code', pattern: /\bClass\.forName\b|\bsetAccessible\b|\bMethodHandles?\b|\bReflection\.Emit\b|\bActivator\.CreateInstance\b|(?<![.\w])eval\b|\binstance_eval\b|\bclass_eval\b|\bsun\.misc\.Unsafe\b/g },
  { code: 'output', pattern: /\bSystem\.out\b|\bConsole\.Write\w*|(?<![.\w])puts\b|(?<![.\w])println?\s*\(|\becho\b|\bSTDOUT\b|\$stdout\b/g, key: 'output' },
  { code: 'exit', pattern: /\bSystem\.exit\b|\bEnvironment\.Exit\b|\bRuntime\.halt\b/g },
  { code: 'disabled-check', pattern: /@Disabled\b|@Ignore\b|\bunchecked\s*[({]|\[Ignore\b|\bUnsafe\b|\bunsafe\s*\{/g, where: 'withStrings' },
  { code: 'cache', pattern: /\bThreadLocal\b|\bConcurrent(?:Hash)?Map\b|\bCacheBuilder\b|\bCaffeine\b|\bMemoryCache\b|\bcomputeIfAbsent\b|\bWeakHashMap\b|\bstatic\b[^=;(\n]*\b(?:Map|List|Dictionary|HashMap|Set)\s*<[^=;\n]*=\s*new\s+\w+\s*<[^;\n]*>\s*\(\s*\)|@Cacheable\b|\bby\s+lazy\b|@@?\w+\s*\|\|=/g },
];

/** Assertions: fewer of them than before is a check less. */
export const compiledChecks = /(?<![\w.])(?:assert|static_assert|ASSERT|CHECK|DCHECK|debug_assert(?:_eq|_ne)?!|assert(?:_eq|_ne)?!)\s*[!(]/g;
