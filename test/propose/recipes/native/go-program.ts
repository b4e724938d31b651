import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';

/** Values by seed, and what a function prints. */
const generator = `package gen

import (
	"io"
	"os"
)

type R struct{ state uint64 }

func New(seed int64) *R { return &R{uint64(seed)*2654435761 + 1} }

// Knuth's linear congruential generator: building math/rand would take longer than all the rest.
func (g *R) Int(n int) int {
	g.state = g.state*6364136223846793005 + 1442695040888963407
	return int(g.state>>33) % n
}

func (g *R) Str() string {
	words := []string{"", "a", "b", "ab", "é", "long enough not to be short", "x1", "A"}
	return words[g.Int(len(words))]
}

func (g *R) Strs(most int) []string {
	n := g.Int(most + 1)
	if n == 0 && g.Int(2) == 0 {
		return nil
	}
	out := make([]string, n)
	for i := range out {
		out[i] = g.Str()
	}
	return out
}

func (g *R) Ints(most int) []int {
	out := make([]int, g.Int(most+1))
	for i := range out {
		out[i] = g.Int(40) - 5
	}
	return out
}

func (g *R) Map(most int) map[string]int {
	out := map[string]int{}
	for _, k := range g.Strs(most) {
		out[k] = g.Int(9)
	}
	return out
}

func Capture(run func()) string {
	read, write, _ := os.Pipe()
	saved := os.Stdout
	os.Stdout = write
	done := make(chan string)
	go func() {
		text, _ := io.ReadAll(read)
		done <- string(text)
	}()
	func() {
		defer func() {
			write.Close()
			os.Stdout = saved
		}()
		run()
	}()
	return <-done
}
`;

/** Writes one package a source and a program that runs them all, builds it, and gives what it prints of each. */
export async function runGo(folder: string, sides: { before: string[]; after: string[] }, calls: readonly string[], seeds: number): Promise<{ before: string; after: string }> {
  const write = async (path: string, text: string): Promise<void> => {
    await mkdir(join(folder, path, '..'), { recursive: true });
    await writeFile(join(folder, path), text);
  };
  await write('go.mod', 'module cases\n\ngo 1.21\n');
  await write('gen/gen.go', generator);
  const names = [...sides.before.map((_, i) => `b${i}`), ...sides.after.map((_, i) => `a${i}`)];
  const sources = [...sides.before, ...sides.after];
  await Promise.all(
    names.flatMap((name, i) => [
      write(`${name}/code.go`, sources[i]?.replace(/^package main/, `package ${name}`) ?? ''),
      write(`${name}/call.go`, `package ${name}\n\nimport (\n\t"cases/gen"\n\t. "fmt"\n)\n\nvar _ = Sprint\n\nfunc Call(r *gen.R) string {\n${calls[i % calls.length] ?? ''}\n}\n`),
    ]),
  );
  const table = (side: string): string => sides.before.map((_, i) => `${side}${i}.Call`).join(', ');
  await write(
    'main.go',
    `package main\n\nimport (\n\t"cases/gen"\n\t"fmt"\n\t"os"\n${names.map((name) => `\t"cases/${name}"\n`).join('')})\n\nfunc call(f func(*gen.R) string, seed int64) (out string) {\n\tdefer func() {\n\t\tif e := recover(); e != nil {\n\t\t\tout = fmt.Sprint("panic: ", e)\n\t\t}\n\t}()\n\treturn f(gen.New(seed))\n}\n\nfunc main() {\n\tfs := map[string][]func(*gen.R) string{"before": {${table('b')}}, "after": {${table('a')}}}[os.Args[1]]\n\tfor i, f := range fs {\n\t\tfor seed := int64(0); seed < ${seeds}; seed++ {\n\t\t\tfmt.Printf("%d %d %q\\n", i, seed, call(f, seed))\n\t\t}\n\t}\n}\n`,
  );
  await execa('go', ['build', '-o', 'program', '.'], { cwd: folder, env: { GOFLAGS: '-mod=mod', GOTOOLCHAIN: 'local' } });
  const [before, after] = await Promise.all(['before', 'after'].map(async (side) => (await execa(join(folder, 'program'), [side], { maxBuffer: 2 ** 26 })).stdout));
  return { before: before ?? '', after: after ?? '' };
}
