/**
 * Modules of Python's standard library that are in its own language, of 3.8 to 3.14 (`sys.stdlib_module_names`): py-spy leaves out
 * where a file is, and names it by its place in the library.
 */
const modules = new Set((
  '__future__ abc aifc annotationlib antigravity argparse ast asynchat asyncio asyncore base64 bdb binhex bisect bz2 cProfile calendar cgi cgitb chunk cmd code codecs codeop collections colorsys compileall ' +
  'compression concurrent configparser contextlib contextvars copy copyreg crypt csv ctypes curses dataclasses datetime dbm decimal difflib dis distutils doctest email encodings ensurepip enum filecmp fileinput ' +
  'fnmatch formatter fractions ftplib functools genericpath getopt getpass gettext glob graphlib gzip hashlib heapq hmac html http idlelib imaplib imghdr imp importlib inspect io ipaddress json keyword lib2to3 ' +
  'linecache locale logging lzma mailbox mailcap mimetypes modulefinder multiprocessing netrc nntplib ntpath nturl2path numbers opcode operator optparse os pathlib pdb pickle pickletools pipes pkgutil platform ' +
  'plistlib poplib posixpath pprint profile pstats pty py_compile pyclbr pydoc pydoc_data queue quopri random re reprlib rlcompleter runpy sched secrets selectors shelve shlex shutil signal site smtpd smtplib ' +
  'sndhdr socket socketserver sqlite3 sre_compile sre_constants sre_parse ssl stat statistics string stringprep struct subprocess sunau symtable sysconfig tabnanny tarfile telnetlib tempfile textwrap this ' +
  'threading timeit tkinter token tokenize tomllib trace traceback tracemalloc tty turtle turtledemo types typing unittest urllib uu uuid venv warnings wave weakref webbrowser wsgiref xdrlib xml xmlrpc zipapp zipfile zipimport zoneinfo'
).split(' '));

/** Whether a path that is relative to some entry of sys.path is of the standard library, as far as its name says. */
export function isPythonLibrary(path: string): boolean {
  const [first = ''] = path.split('/');
  const name = first.replace(/\.py$/, '');
  return modules.has(name) || /^_[a-z_]+\.py$/.test(path) || name === '_pyrepl';
}
