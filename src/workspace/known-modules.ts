/** The standard library of Python 3.8 to 3.14, what the interpreter runs unasked, and what tests, benchmarks and numeric code are built on. */
export const pythonModules: ReadonlySet<string> = new Set([
  'abc', 'aifc', 'antigravity', 'argparse', 'array', 'ast', 'asynchat', 'asyncio', 'asyncore', 'atexit', 'audioop', 'base64', 'bdb', 'binascii', 'bisect', 'builtins',
  'bz2', 'cProfile', 'calendar', 'cgi', 'cgitb', 'chunk', 'cmath', 'cmd', 'code', 'codecs', 'codeop', 'collections', 'colorsys', 'compileall', 'concurrent',
  'configparser', 'contextlib', 'contextvars', 'copy', 'copyreg', 'crypt', 'csv', 'ctypes', 'curses', 'dataclasses', 'datetime', 'dbm', 'decimal', 'difflib', 'dis',
  'distutils', 'doctest', 'email', 'encodings', 'ensurepip', 'enum', 'errno', 'faulthandler', 'fcntl', 'filecmp', 'fileinput', 'fnmatch', 'fractions', 'ftplib',
  'functools', 'gc', 'genericpath', 'getopt', 'getpass', 'gettext', 'glob', 'graphlib', 'grp', 'gzip', 'hashlib', 'heapq', 'hmac', 'html', 'http', 'idlelib', 'imaplib',
  'imghdr', 'imp', 'importlib', 'inspect', 'io', 'ipaddress', 'itertools', 'json', 'keyword', 'lib2to3', 'linecache', 'locale', 'logging', 'lzma', 'mailbox', 'mailcap',
  'marshal', 'math', 'mimetypes', 'mmap', 'modulefinder', 'msilib', 'msvcrt', 'multiprocessing', 'netrc', 'nis', 'nntplib', 'nt', 'ntpath', 'nturl2path', 'numbers',
  'opcode', 'operator', 'optparse', 'os', 'ossaudiodev', 'pathlib', 'pdb', 'pickle', 'pickletools', 'pipes', 'pkgutil', 'platform', 'plistlib', 'poplib', 'posix',
  'posixpath', 'pprint', 'profile', 'pstats', 'pty', 'pwd', 'py_compile', 'pyclbr', 'pydoc', 'pydoc_data', 'pyexpat', 'queue', 'quopri', 'random', 're', 'readline',
  'reprlib', 'resource', 'rlcompleter', 'runpy', 'sched', 'secrets', 'select', 'selectors', 'shelve', 'shlex', 'shutil', 'signal', 'site', 'smtpd', 'smtplib', 'sndhdr',
  'socket', 'socketserver', 'spwd', 'sqlite3', 'sre_compile', 'sre_constants', 'sre_parse', 'ssl', 'stat', 'statistics', 'string', 'stringprep', 'struct', 'subprocess',
  'sunau', 'symtable', 'sys', 'sysconfig', 'syslog', 'tabnanny', 'tarfile', 'telnetlib', 'tempfile', 'termios', 'textwrap', 'this', 'threading', 'time', 'timeit',
  'tkinter', 'token', 'tokenize', 'tomllib', 'trace', 'traceback', 'tracemalloc', 'tty', 'turtle', 'turtledemo', 'types', 'typing', 'unicodedata', 'unittest', 'urllib',
  'uu', 'uuid', 'venv', 'warnings', 'wave', 'weakref', 'webbrowser', 'winreg', 'winsound', 'wsgiref', 'xdrlib', 'xml', 'xmlrpc', 'zipapp', 'zipfile', 'zipimport',
  'zlib', 'zoneinfo', 'Cython', '_pytest', 'annotationlib', 'asv', 'attr', 'compression', 'coverage', 'cython', 'hypothesis', 'jax', 'nose', 'numpy', 'pandas', 'pip',
  'pkg_resources', 'pluggy', 'py', 'pyperf', 'pytest', 'pytest_benchmark', 'scipy', 'setuptools', 'sitecustomize', 'six', 'tensorflow', 'torch', 'tox', 'unittest2',
  'usercustomize', 'wheel',
]);

/** Headers of C, C++ and POSIX, and of test and benchmark frameworks. */
export const cHeaders: ReadonlySet<string> = new Set([
  'assert.h', 'complex.h', 'ctype.h', 'errno.h', 'fenv.h', 'float.h', 'inttypes.h', 'iso646.h', 'limits.h', 'locale.h', 'math.h', 'setjmp.h', 'signal.h', 'stdalign.h',
  'stdarg.h', 'stdatomic.h', 'stdbit.h', 'stdbool.h', 'stdckdint.h', 'stddef.h', 'stdint.h', 'stdio.h', 'stdlib.h', 'stdnoreturn.h', 'string.h', 'tgmath.h', 'threads.h',
  'time.h', 'uchar.h', 'wchar.h', 'wctype.h', 'unistd.h', 'pthread.h', 'fcntl.h', 'dirent.h', 'dlfcn.h', 'sched.h', 'semaphore.h', 'termios.h', 'poll.h', 'glob.h',
  'regex.h', 'strings.h', 'malloc.h', 'alloca.h', 'immintrin.h', 'emmintrin.h', 'xmmintrin.h', 'x86intrin.h', 'arm_neon.h', 'omp.h', 'cuda_runtime.h', 'cuda.h',
  'cublas_v2.h', 'features.h', 'sys/time.h', 'sys/types.h', 'sys/stat.h', 'sys/mman.h', 'sys/resource.h', 'sys/wait.h', 'sys/socket.h', 'linux/perf_event.h',
  'gtest/gtest.h', 'gmock/gmock.h', 'benchmark/benchmark.h', 'catch2/catch.hpp', 'catch.hpp', 'catch_amalgamated.hpp', 'doctest.h', 'nanobench.h', 'celero/Celero.h',
  'algorithm', 'any', 'array', 'atomic', 'barrier', 'bit', 'bitset', 'cassert', 'cctype', 'cerrno', 'cfenv', 'cfloat', 'charconv', 'chrono', 'cinttypes', 'climits',
  'clocale', 'cmath', 'codecvt', 'compare', 'complex', 'concepts', 'condition_variable', 'coroutine', 'csetjmp', 'csignal', 'cstdarg', 'cstddef', 'cstdint', 'cstdio',
  'cstdlib', 'cstring', 'ctime', 'cuchar', 'cwchar', 'cwctype', 'deque', 'exception', 'execution', 'expected', 'filesystem', 'flat_map', 'flat_set', 'format',
  'forward_list', 'fstream', 'functional', 'future', 'generator', 'initializer_list', 'iomanip', 'ios', 'iosfwd', 'iostream', 'istream', 'iterator', 'latch', 'limits',
  'list', 'locale', 'map', 'mdspan', 'memory', 'memory_resource', 'mutex', 'new', 'numbers', 'numeric', 'optional', 'ostream', 'print', 'queue', 'random', 'ranges',
  'ratio', 'regex', 'scoped_allocator', 'semaphore', 'set', 'shared_mutex', 'source_location', 'span', 'spanstream', 'sstream', 'stack', 'stacktrace', 'stdexcept',
  'stdfloat', 'stop_token', 'streambuf', 'string', 'string_view', 'syncstream', 'system_error', 'thread', 'tuple', 'type_traits', 'typeindex', 'typeinfo',
  'unordered_map', 'unordered_set', 'utility', 'valarray', 'variant', 'vector', 'version',
]);
