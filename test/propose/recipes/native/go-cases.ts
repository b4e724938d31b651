import type { NativeCases } from './harness.js';

const go = (imports: string[], body: string): string => `package main\n\n${imports.length === 0 ? '' : `import (\n${imports.map((path) => `\t"${path}"\n`).join('')})\n\n`}${body}`;

export const goCases: Record<string, NativeCases> = {
  'go-make-capacity': {
    fires: [
      { source: go([], 'func f(xs []string) []int {\n\tvar out []int\n\tfor _, x := range xs {\n\t\tout = append(out, len(x))\n\t}\n\treturn out\n}\n'), call: '\tout := f(r.Strs(9))\n\treturn Sprint(out, out == nil)' },
      { source: go([], 'func f(m map[string]int) int {\n\tkeys := []string{}\n\tfor k := range m {\n\t\tkeys = append(keys, k)\n\t}\n\treturn len(keys)\n}\n'), call: '\treturn Sprint(f(r.Map(9)))' },
      { source: go(['strings'], 'func f(text string) []string {\n\tparts := strings.Split(text, "a")\n\tout := make([]string, 0)\n\tparts = parts[1:]\n\tfor i, p := range parts {\n\t\tif i > 1 {\n\t\t\tp += "!"\n\t\t}\n\t\tout = append(out, p+p)\n\t}\n\treturn out\n}\n'.replace('\tparts = parts[1:]\n', '')), call: '\tout := f(r.Str() + r.Str())\n\treturn Sprintf("%q %v", out, out == nil)' },
    ],
    leaves: {
      'it is not empty': go([], 'func f(xs []string) []string {\n\tout := []string{"a"}\n\tfor _, x := range xs {\n\t\tout = append(out, x)\n\t}\n\treturn out\n}\n'),
      'not every round appends': go([], 'func f(xs []string) []string {\n\tvar out []string\n\tfor _, x := range xs {\n\t\tif x != "" {\n\t\t\tout = append(out, x)\n\t\t}\n\t}\n\treturn out\n}\n'),
      'the loop may end early': go([], 'func f(xs []string) []string {\n\tvar out []string\n\tfor _, x := range xs {\n\t\tif x == "" {\n\t\t\tbreak\n\t\t}\n\t\tout = append(out, x)\n\t}\n\treturn out\n}\n'),
      'a channel has no such length': go([], 'func f(xs chan string) []string {\n\tvar out []string\n\tfor x := range xs {\n\t\tout = append(out, x)\n\t}\n\treturn out\n}\n'),
      'a name hides the one that its type comes from': go([], 'func f(x []string) []string {\n\tvar out []string\n\tx, y := x, x\n\tfor _, x := range x {\n\t\tout = append(out, x)\n\t}\n\treturn append(out, y[0])\n}\n'),
      'the type is not known': go([], 'func f(t *tree) []string {\n\tvar out []string\n\tnodes := t.nodes\n\tfor _, x := range nodes {\n\t\tout = append(out, x)\n\t}\n\treturn out\n}\n'),
      'a loop around it goes on with the same slice': go([], 'func f(xs [][]string) []string {\n\tvar out []string\n\tfor _, x := range xs {\n\t\tfor _, y := range x {\n\t\t\tout = append(out, y)\n\t\t}\n\t}\n\treturn out\n}\n'),
    },
  },
  'go-strings-builder': {
    fires: [
      { source: go(['fmt'], 'func f(xs []string) string {\n\ts := ""\n\tfor i, x := range xs {\n\t\tif i > 0 {\n\t\t\ts += ", "\n\t\t}\n\t\ts += fmt.Sprintf("%q", x)\n\t}\n\treturn s + "."\n}\n'), call: '\treturn f(r.Strs(9))' },
      { source: go([], 'func f(xs []string, s string) string {\n\tfor _, x := range xs {\n\t\tif x == "b" {\n\t\t\tbreak\n\t\t}\n\t\tfor i := 0; i < 2; i++ {\n\t\t\ts = s + x\n\t\t}\n\t}\n\treturn s\n}\n'), call: '\treturn f(r.Strs(9), r.Str())' },
    ],
    leaves: {
      'the loop reads it': go([], 'func f(xs []string) string {\n\ts := ""\n\tfor _, x := range xs {\n\t\tif len(s) > 9 {\n\t\t\tbreak\n\t\t}\n\t\ts += x\n\t}\n\treturn s\n}\n'),
      'it is a number': go([], 'func f(xs []int) int {\n\tn := 0\n\tfor _, x := range xs {\n\t\tn += x\n\t}\n\treturn n\n}\n'),
      'put in front': go([], 'func f(xs []string) string {\n\ts := ""\n\tfor _, x := range xs {\n\t\ts = x + s\n\t}\n\treturn s\n}\n'),
      'a closure sees it': go([], 'func f(xs []string, g func(func() string)) string {\n\ts := ""\n\tg(func() string { return s })\n\tfor _, x := range xs {\n\t\ts += x\n\t}\n\treturn s\n}\n'),
      'a named result is seen by a return': go([], 'func f(xs []string) (s string) {\n\tfor _, x := range xs {\n\t\ts += x\n\t}\n\treturn\n}\n'),
      'the loop returns': go([], 'func f(xs []string) string {\n\ts := ""\n\tfor _, x := range xs {\n\t\tif x == "" {\n\t\t\treturn "none"\n\t\t}\n\t\ts += x\n\t}\n\treturn s\n}\n'),
      'the package has another name here': 'package main\n\nimport strings "example.org/strings"\n\nvar _ = strings.A\n\nfunc f(xs []string) string {\n\ts := ""\n\tfor _, x := range xs {\n\t\ts += x\n\t}\n\treturn s\n}\n',
    },
  },
  'go-membership-map': {
    fires: [
      { source: go(['slices', 'strings'], 'func f(rows, xs []string) int {\n\tn := 0\n\tfor _, row := range rows {\n\t\twords := strings.Split(row+strings.Repeat(row+",", 20), ",")\n\t\tfor _, x := range xs {\n\t\t\tif slices.Contains(words, x) {\n\t\t\t\tn++\n\t\t\t}\n\t\t}\n\t}\n\treturn n\n}\n'), call: '\treturn Sprint(f(r.Strs(6), r.Strs(9)))' },
      { source: go(['slices'], 'func f(xs []string, stop []string) []string {\n\tvar out []string\n\tfor _, x := range xs {\n\t\tif !slices.Contains(stop, x) {\n\t\t\tout = append(out, x)\n\t\t}\n\t}\n\treturn out\n}\n'), call: '\treturn Sprintf("%q", f(r.Strs(30), r.Strs(40)))' },
      { source: go(['slices'], 'func f(xs, ys []int) int {\n\tn := 0\n\tfor i := 0; i < len(xs); i++ {\n\t\tx := xs[i]\n\t\tif slices.Contains(ys, x) {\n\t\t\tn += i\n\t\t}\n\t}\n\treturn n\n}\n'), call: '\treturn Sprint(f(r.Ints(40), r.Ints(40)))' },
    ],
    leaves: {
      'it is another slice in each round': go(['slices', 'strings'], 'func f(rows []string) int {\n\tn := 0\n\tfor _, row := range rows {\n\t\twords := strings.Split(row, ",")\n\t\tif slices.Contains(words, row) {\n\t\t\tn++\n\t\t}\n\t}\n\treturn n\n}\n'),
      'the loop goes over a function': go(['slices'], 'func f(seq func(func(string) bool), ys []string) int {\n\tn := 0\n\tfor x := range seq {\n\t\tif slices.Contains(ys, x) {\n\t\t\tn++\n\t\t}\n\t}\n\treturn n\n}\n'),
      'the slice grows': go(['slices'], 'func f(xs []string) []string {\n\tvar out []string\n\tfor _, x := range xs {\n\t\tif !slices.Contains(out, x) {\n\t\t\tout = append(out, x)\n\t\t}\n\t}\n\treturn out\n}\n'),
      'an element is written': go(['slices'], 'func f(xs, ys []string) {\n\tfor i, x := range xs {\n\t\tif !slices.Contains(ys, x) {\n\t\t\txs[i] = "a"\n\t\t}\n\t}\n}\n'),
      'what is appended to may be the same memory': go(['slices'], 'func f(xs, ys []string) []string {\n\tout := ys[:0]\n\tfor _, x := range xs {\n\t\tif !slices.Contains(ys, x) {\n\t\t\tout = append(out, x)\n\t\t}\n\t}\n\treturn out\n}\n'),
      'NaN is in no map': go(['slices'], 'func f(xs, ys []float64) int {\n\tn := 0\n\tfor _, x := range xs {\n\t\tif slices.Contains(ys, x) {\n\t\t\tn++\n\t\t}\n\t}\n\treturn n\n}\n'),
      'unknown code may change it': go(['slices'], 'func f(xs, ys []string, g func()) int {\n\tn := 0\n\tfor _, x := range xs {\n\t\tg()\n\t\tif slices.Contains(ys, x) {\n\t\t\tn++\n\t\t}\n\t}\n\treturn n\n}\n'),
    },
  },
  'go-regexp-once': {
    fires: [{ source: go(['regexp'], '// f counts.\nfunc f(xs []string) int {\n\tn := 0\n\tfor _, x := range xs {\n\t\tif regexp.MustCompile(`^a+`).MatchString(x) || regexp.MustCompile("1$").MatchString(x) || regexp.MustCompile(`^a+`).MatchString(x+"a") {\n\t\t\tn++\n\t\t}\n\t}\n\treturn n\n}\n'), call: '\treturn Sprint(f(r.Strs(9)))' }],
    leaves: {
      'the pattern is made': go(['regexp'], 'func f(x, y string) bool {\n\treturn regexp.MustCompile("^" + y).MatchString(x)\n}\n'),
      'the expression is changed': go(['regexp'], 'func f(x string) string {\n\tre := regexp.MustCompile("a|ab")\n\tre.Longest()\n\treturn re.FindString(x)\n}\n'),
      'another package of that name': 'package main\n\nimport regexp "example.org/regexp"\n\nfunc f(x string) bool {\n\treturn regexp.MustCompile("a").MatchString(x)\n}\n',
    },
  },
  'go-comma-ok': {
    fires: [
      { source: go([], 'func f(xs []string, m map[string]int) int {\n\tn := 0\n\tfor _, x := range xs {\n\t\tif _, ok := m[x]; ok {\n\t\t\tn += m[x]*10 + m[x]\n\t\t} else {\n\t\t\tn--\n\t\t}\n\t}\n\treturn n\n}\n'), call: '\treturn Sprint(f(r.Strs(9), r.Map(9)))' },
      { source: go(['strings'], 'func f(k string) string {\n\tm := map[string]string{"a": "x", "ab": "y"}\n\tif _, ok := m[k]; ok {\n\t\tk2 := strings.ToUpper(m[k])\n\t\treturn k2 + m[k]\n\t}\n\treturn "none"\n}\n'), call: '\treturn f(r.Str())' },
    ],
    leaves: {
      'it is written': go([], 'func f(m map[string]int, k string) int {\n\tif _, ok := m[k]; ok {\n\t\tm[k]++\n\t\treturn m[k]\n\t}\n\treturn 0\n}\n'),
      'the key changes': go([], 'func f(m map[string]int, k string) int {\n\tif _, ok := m[k]; ok {\n\t\tk += "x"\n\t\treturn m[k]\n\t}\n\treturn 0\n}\n'),
      'unknown code may change it': go([], 'func f(m map[string]int, k string, g func()) int {\n\tif _, ok := m[k]; ok {\n\t\tg()\n\t\treturn m[k]\n\t}\n\treturn 0\n}\n'),
      'it is deleted': go([], 'func f(m map[string]int, k string) int {\n\tif _, ok := m[k]; ok {\n\t\tdelete(m, k)\n\t\treturn m[k]\n\t}\n\treturn 0\n}\n'),
      'a slice has no such form': go([], 'func f(m *big, k string) int {\n\tif _, ok := m.x[k]; ok {\n\t\treturn m.x[k]\n\t}\n\treturn 0\n}\n'),
    },
  },
  'go-range-by-index': {
    fires: [
      { source: go([], 'type row struct {\n\tname string\n\tn    int\n\tcells [8]int\n}\n\nfunc f(rows []row) (int, string) {\n\tsum, all := 0, ""\n\tfor i, r := range rows {\n\t\tsum += r.n*i + r.cells[2]\n\t\tall += r.name\n\t}\n\treturn sum, all\n}\n'), call: '\trows := []row{}\n\tfor _, s := range r.Strs(5) {\n\t\trows = append(rows, row{name: s, n: r.Int(9), cells: [8]int{1, 2, r.Int(9)}})\n\t}\n\treturn Sprint(f(rows))' },
    ],
    leaves: {
      'an element is written': go([], 'type row struct {\n\tname string\n\tcells [8]int\n}\n\nfunc f(rows []row) int {\n\tn := 0\n\tfor i, r := range rows {\n\t\trows[i].cells[0] = 3\n\t\tn += r.cells[0]\n\t}\n\treturn n\n}\n'),
      'the copy is changed': go([], 'type row struct {\n\tname string\n\tcells [8]int\n}\n\nfunc f(rows []row) int {\n\tn := 0\n\tfor _, r := range rows {\n\t\tr.cells[0]++\n\t\tn += r.cells[0]\n\t}\n\treturn n\n}\n'),
      'the copy is handed on': go([], 'type row struct {\n\tname string\n\tcells [8]int\n}\n\nfunc f(rows []row) []row {\n\tvar out []row\n\tfor _, r := range rows {\n\t\tout = append(out, r)\n\t}\n\treturn out\n}\n'),
      'it is small': go([], 'type row struct {\n\tname string\n\tn int\n}\n\nfunc f(rows []row) int {\n\tn := 0\n\tfor _, r := range rows {\n\t\tn += r.n\n\t}\n\treturn n\n}\n'),
      'the elements are filtered in place': go([], 'type row struct {\n\tname string\n\tcells [8]int\n}\n\nfunc f(rows []row) []row {\n\tout := rows[:0]\n\tfor i, r := range rows {\n\t\tout = append(out, rows[len(rows)-1])\n\t\tif r.cells[i] > 0 {\n\t\t\tout = append(out, rows[0])\n\t\t}\n\t}\n\treturn out\n}\n'),
      'a method may do anything': go([], 'type row struct {\n\tname string\n\tcells [8]int\n}\n\nfunc (r row) sum() int { return r.cells[0] }\n\nfunc f(rows []row) int {\n\tn := 0\n\tfor _, r := range rows {\n\t\tn += r.sum()\n\t}\n\treturn n\n}\n'),
    },
  },
  'go-strconv': {
    fires: [
      { source: go(['fmt'], 'func f(xs []int, y int64, b byte) string {\n\ts := fmt.Sprintf("%s!", "x")\n\tfor i, x := range xs {\n\t\ts += fmt.Sprintf("%d", x) + fmt.Sprint(i) + fmt.Sprintf("%v", y) + fmt.Sprint(b)\n\t}\n\treturn s\n}\n'), call: '\treturn f(r.Ints(5), int64(r.Int(9))-4, byte(r.Int(256)))' },
    ],
    leaves: {
      'a type of its own may have a method': go(['fmt'], 'type id int\n\nfunc f(x id) string {\n\tfmt.Println()\n\treturn fmt.Sprintf("%v", x)\n}\n'),
      'with a width': go(['fmt'], 'func f(x int) string {\n\tfmt.Println()\n\treturn fmt.Sprintf("%3d", x)\n}\n'),
      'fmt would not be used any more': go(['fmt'], 'func f(x int) string {\n\treturn fmt.Sprint(x)\n}\n'),
      'a float': go(['fmt'], 'func f(x float64) string {\n\tfmt.Println()\n\treturn fmt.Sprint(x)\n}\n'),
    },
  },
  'go-buffered-output': {
    fires: [
      { source: go(['fmt'], 'func f(xs []string) {\n\tfmt.Println("start")\n\tfor i, x := range xs {\n\t\tif x == "" {\n\t\t\tfmt.Println()\n\t\t\tcontinue\n\t\t}\n\t\tfmt.Printf("%d ", i)\n\t\tfmt.Println(x[1:], len(xs[i+1]))\n\t}\n\tfmt.Print("end")\n}\n'), call: '\treturn gen.Capture(func() {\n\t\tdefer func() { Print(recover()) }()\n\t\tf(r.Strs(9))\n\t})' },
    ],
    leaves: {
      'other code may print': go(['fmt'], 'func f(xs []string, g func()) {\n\tfor _, x := range xs {\n\t\tfmt.Println(x)\n\t\tg()\n\t}\n}\n'),
      'the loop may wait': go(['fmt'], 'func f(xs chan string) {\n\tfor x := range xs {\n\t\tfmt.Println(x)\n\t}\n}\n'),
      'the loop has no end': go(['fmt'], 'func f() {\n\tfor i := 0; ; i++ {\n\t\tfmt.Println(i)\n\t}\n}\n'),
      'the program may end': go(['fmt', 'os'], 'func f(xs []string) {\n\tfor _, x := range xs {\n\t\tfmt.Println(x)\n\t\tif x == "" {\n\t\t\tos.Exit(1)\n\t\t}\n\t}\n}\n'),
      'the loop returns': go(['fmt'], 'func f(xs []string) {\n\tfor _, x := range xs {\n\t\tfmt.Println(x)\n\t\tif x == "" {\n\t\t\treturn\n\t\t}\n\t}\n}\n'),
    },
  },
};
