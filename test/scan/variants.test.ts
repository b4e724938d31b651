import { describe, expect, it } from 'vitest';
import { textVariants } from '../../src/scan/variants/text.js';
import { askIn, repositoryOf, rowsIn } from './repository.js';

const columns = ['kind', 'registry', 'key', 'target', 'line'];

describe('scanner_variants', () => {
  it('finds what names choose in Python', async () => {
    const folder = repositoryOf({
      'a.py': `from other import imported

@register("fast")
def fast(): ...

@models.register(name="slow")
class Slow: ...

@registry
def not_one(): ...

@register
def bare(): ...

@pytest.mark.parametrize("x", [1])
def test_it(x): ...

STEPS = {"fast": fast, "other": imported, "inline": lambda: 1}
PLAIN = {"a": 1, "b": x}
STEPS["late"] = Slow
register("called", fast)

def choose(name):
    if name == "fast":
        return fast()
    elif name in ("slow", "slower"):
        return Slow()
    if other == "alone":
        pass
    match name:
        case "a" | "b":
            one()
        case Kind.C:
            two()
        case _:
            three()
`,
    });
    expect(await rowsIn(folder, 'scanner_variants', {}, columns)).toEqual([
      'decorator | register | fast | fast | 3',
      'decorator | models.register | slow | Slow | 6',
      'decorator | register | bare | bare | 12',
      'table | STEPS | fast | fast | 18',
      'table | STEPS | other | imported | 18',
      'table | STEPS | inline | lambda: 1 | 18',
      'table | STEPS | late | Slow | 20',
      'registration | register | called | fast | 21',
      'branch | name | fast | return fast() | 24',
      'branch | name | slow | return Slow() | 26',
      'branch | name | slower | return Slow() | 26',
      'switch | name | a | one() | 31',
      'switch | name | b | one() | 31',
      'switch | name | Kind.C | two() | 33',
    ]);
    expect(await rowsIn(folder, 'scanner_variants', { name: 'SLOW' }, ['key'])).toEqual(['slow', 'late', 'slow', 'slower']);
    expect(await askIn(folder, 'scanner_variants', { name: 'nothing' })).toMatchObject({ abstained: expect.stringContaining('no registry') as string });
  });

  it('finds what names choose in TypeScript, C++, Rust and Go', async () => {
    const folder = repositoryOf({
      'a.ts': `@Register('x') class A {}
function fa() {}
const steps = { a: fa, 'b': () => 1, plain: 3 };
const more = new Map([['c', fa], ['d', A]]);
steps['z'] = fa;
app.on('start', fa);
switch (kind) { case 'a': fa(); break; case K.B: { fb(); } }
if (name === 'x') fa(); else if (name === 'y') { fb(); }
`,
      'a.cpp': `REGISTER_OP("x", Foo);
void fa(); void fb() {}
void fa() {}
std::map<std::string, Fn> steps = {{"a", fa}, {"b", &fb}};
int choose(const char* n) {
  if (n == "a") { fa(); } else if (strcmp(n, "b") == 0) fb(); else if (!strcmp(n, "c")) fb();
  switch (kind) { case Kind::A: fa(); break; case Kind::B: fb(); case 3: fb(); }
  steps["z"] = fa;
}
`,
      'a.rs': 'fn fa() {}\nstatic STEPS: [(&str, F); 2] = [("a", fa), ("b", fa)];\nfn choose(name: &str) {\n    map.insert("k", fa);\n    match name { "fast" => fa(), "slow" | "s" => fb(), _ => fc() }\n    match x { Some(y) => 1, None => 2 }\n}\n',
      'a.go': 'package m\n\nvar steps = map[string]F{"a": New, "b": New}\n\nfunc New() {}\n\nfunc choose(name string) {\n\tsteps["z"] = New\n\tRegister("k", New)\n\tswitch name {\n\tcase "x", "y":\n\t\tNew()\n\tcase "z":\n\t\tOther()\n\t}\n\tif name == "p" {\n\t\tNew()\n\t} else if name == "q" {\n\t\tOther()\n\t}\n}\n',
    });
    expect(await rowsIn(folder, 'scanner_variants', { within: 'a.ts' }, columns)).toEqual([
      'decorator | Register | x | A | 1',
      'table | steps | a | fa | 3',
      'table | steps | b | () => 1 | 3',
      'table | more | c | fa | 4',
      'table | more | d | A | 4',
      'table | steps | z | fa | 5',
      'registration | app.on | start | fa | 6',
      'switch | kind | a | fa(); | 7',
      'switch | kind | K.B | fb(); | 7',
      'branch | name | x | fa(); | 8',
      'branch | name | y | fb(); | 8',
    ]);
    expect(await rowsIn(folder, 'scanner_variants', { within: 'a.cpp' }, columns)).toEqual([
      'registration | REGISTER_OP | x | Foo | 1',
      'table | steps | a | fa | 4',
      'table | steps | b | fb | 4',
      'branch | n | a | fa(); | 6',
      'branch | n | b | fb(); | 6',
      'branch | n | c | fb(); | 6',
      'switch | kind | Kind::A | fa(); | 7',
      'switch | kind | Kind::B | fb(); | 7',
      'table | steps | z | fa | 8',
    ]);
    expect(await rowsIn(folder, 'scanner_variants', { within: 'a.rs' }, columns)).toEqual(['table | STEPS | a | fa | 2', 'table | STEPS | b | fa | 2', 'registration | map.insert | k | fa | 4', 'switch | name | fast | fa() | 5', 'switch | name | slow | fb() | 5', 'switch | name | s | fb() | 5']);
    expect(await rowsIn(folder, 'scanner_variants', { within: 'a.go' }, columns)).toEqual(['table | steps | a | New | 3', 'table | steps | b | New | 3', 'table | steps | z | New | 8', 'registration | Register | k | New | 9', 'switch | name | x | New() | 11', 'switch | name | y | New() | 11', 'switch | name | z | Other() | 13', 'branch | name | p | New() | 16', 'branch | name | q | Other() | 18']);
  });

  it('finds some by text where there is no grammar', () => {
    expect(textVariants('@register("x")\ncase "a": run();\n  "b" => go(),\nif (n == "c") {}\nregisterOp("d", F);\nplain("e");\n').map(({ kind, key, target }) => [kind, key, target])).toEqual([
      ['decorator', 'x', null],
      ['switch', 'a', 'run();'],
      ['switch', 'b', 'go(),'],
      ['branch', 'c', null],
      ['registration', 'd', 'F'],
    ]);
  });
});
