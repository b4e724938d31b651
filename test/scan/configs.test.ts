import { describe, expect, it } from 'vitest';
import { askIn, repositoryOf, rowsIn } from './repository.js';

const columns = ['file', 'line', 'kind', 'key', 'value'];

describe('scanner_configs', () => {
  it('reads files of settings', async () => {
    const folder = repositoryOf({
      'a.toml': 'top = 1\n[model]\nname = "gpt" # why\nsize = { n = 3 }\n[[runs]]\nlr = 0.1\n',
      'b.yaml': '# comment\nmodel:\n  name: gpt   # why\n  layers:\n    - kind: conv\n      size: 3\n  text: |\n    not: this\nlast: "x: y"\n',
      'c.json': '{\n  // tools allow it\n  "compilerOptions": { "target": "es2022", "paths": {} },\n  "list": [1, 2],\n}\n',
      'd.cfg': '[metadata]\nname = x\n# no = 1\n',
      '.env': 'PORT=3000\nSECRET=abc\n',
      'package-lock.json': '{"a": 1}',
      'broken.toml': 'a = = 1\n',
    });
    expect(await rowsIn(folder, 'scanner_configs', {}, columns)).toEqual([
      '.env | 1 | environment | PORT | null',
      '.env | 2 | environment | SECRET | null',
      'a.toml | 1 | toml | top | 1',
      'a.toml | 3 | toml | model.name | "gpt"',
      'a.toml | 4 | toml | model.size.n | 3',
      'a.toml | 6 | toml | runs.0.lr | 0.1',
      'b.yaml | 3 | yaml | model.name | gpt',
      'b.yaml | 5 | yaml | model.layers.kind | conv',
      'b.yaml | 6 | yaml | model.layers.size | 3',
      'b.yaml | 7 | yaml | model.text | (text of several lines)',
      'b.yaml | 9 | yaml | last | "x: y"',
      'c.json | 3 | json | compilerOptions.target | "es2022"',
      'c.json | 3 | json | compilerOptions.paths | {}',
      'c.json | 4 | json | list | [1, 2]',
      'd.cfg | 2 | ini | metadata.name | x',
    ]);
  });

  it('finds what programs take', async () => {
    const folder = repositoryOf({
      'a.py': 'parser.add_argument("--lr", type=float, default=0.1)\nparser.add_argument(\n    "-b", "--batch",\n    help="x")\nparser.add_argument("path")\n@click.option("--depth", default=3)\n@hydra.main(config_path="conf", config_name="train")\ndef main(): ...\nos.environ["HOME"]\nos.environ.get("API_TOKEN", "abc")\nos.getenv("N", "4")\n',
      'a.ts': "program.option('-n, --count <n>', 'how many');\nprocess.env.PORT;\nprocess.env['HOST'];\n",
      'a.go': 'package m\nvar n = flag.Int("count", 3, "how many")\nvar h = os.Getenv("HOST")\n',
      'a.rs': 'let h = std::env::var("HOST");\n#[arg(short, long = "count")]\n',
      'a.cc': 'DEFINE_int32(count, 3, "how many");\nauto h = getenv("HOST");\n',
    });
    expect(await rowsIn(folder, 'scanner_configs', { within: 'a.py' }, columns.slice(1))).toEqual(['1 | argument | --lr | 0.1', '2 | argument | --batch | null', '5 | argument | path | null', '6 | argument | --depth | 3', '7 | hydra | train | config_path="conf", config_name="train"', '9 | environment | HOME | null', '10 | environment | API_TOKEN | null', '11 | environment | N | "4"']);
    expect(await rowsIn(folder, 'scanner_configs', { key: 'count' }, columns)).toEqual(['a.cc | 1 | argument | count | 3', 'a.go | 2 | argument | count | 3', 'a.rs | 2 | argument | count | null', 'a.ts | 1 | argument | --count | null']);
    expect(await rowsIn(folder, 'scanner_configs', { kind: 'environment', key: 'host' }, ['file', 'key'])).toEqual(['a.cc | HOST', 'a.go | HOST', 'a.rs | HOST', 'a.ts | HOST']);
    expect(await askIn(folder, 'scanner_configs', { key: 'nothing' })).toMatchObject({ abstained: expect.stringContaining('no settings') as string });
  });
});
