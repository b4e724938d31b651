import type { TorchCases } from '../harness.js';

const finding = { function: 'Items.__getitem__', at: 'self.path', category: 'C7', rule: 'C7-dataloader' };
/** A dataset whose items are made by some lines. */
const items = (body: string, more = ''): string => `import csv
import json
import pickle
import zipfile
import numpy as np
import torch
from torch.utils.data import Dataset

${more}class Items(Dataset):
    def __init__(self, path):
        self.path = path

    def __len__(self):
        return 3

    def __getitem__(self, i):
${body.replaceAll(/^/gm, '        ')}
`;
const at = { ...finding, at: '__getitem__' };
const json = `import json
with open("rows", "w") as f:
    json.dump([{"x": 1.5}, {"x": 2.5}, {"x": 3.5}], f)
`;
const run = (made: string): string => `${made}import train\nitems = train.Items("rows")\nresult = [items[0], items[2], items[0]]`;

export const fileOnceCases: TorchCases = {
  fires: {
    'rows of a file': {
      source: items('with open(self.path) as f:\n    rows = json.load(f)\nreturn torch.tensor(rows[i]["x"])'),
      finding: at,
      patch: ['+        with open(self.path) as f:', '+            self._rows = json.load(f)', '-        with open(self.path) as f:', '-            rows = json.load(f)', '+        rows = self._rows'],
      run: run(json),
    },
    'lines, and more under the same with': {
      source: items('with open(self.path, "r") as f:\n    lines = [line.strip() for line in f]\n    line = lines[i % len(lines)]\n    return len(line)'),
      finding: at,
      patch: [
        '+        with open(self.path, "r") as f:',
        '+            self._lines = [line.strip() for line in f]',
        '-        with open(self.path, "r") as f:',
        '-            lines = [line.strip() for line in f]',
        '-            line = lines[i % len(lines)]',
        '-            return len(line)',
        '+        lines = self._lines',
        '+        line = lines[i % len(lines)]',
        '+        return len(line)',
      ],
      run: run(json),
    },
    'tensors of a file': {
      source: items('path = self.path + ".pt"\ndata = torch.load(path)\nreturn data["x"][i] + 1'),
      finding: at,
      patch: ['+        self._data = torch.load(self.path + ".pt")', '-        data = torch.load(path)', '+        data = self._data'],
      run: run('import torch\ntorch.save({"x": torch.arange(3.0)}, "rows.pt")\n'),
    },
    'arrays of an archive': {
      source: items('archive = np.load(self.path + ".npz")\nx = archive["x"][i]\nreturn torch.from_numpy(x), int(archive["y"][i])'),
      finding: at,
      patch: [
        '+        archive = np.load(self.path + ".npz")',
        '+        self._x = archive["x"]',
        '+        self._y = archive["y"]',
        '-        archive = np.load(self.path + ".npz")',
        '-        x = archive["x"][i]',
        '-        return torch.from_numpy(x), int(archive["y"][i])',
        '+        x = self._x[i].copy()',
        '+        return torch.from_numpy(x), int(self._y[i])',
      ],
      run: run('import numpy as np\nnp.savez("rows.npz", x=np.ones((3, 2)), y=np.arange(3))\n').replace('items[0], items[2]', 'items[0], items[0][0].zero_(), items[2]'),
    },
    'by a function, which the finding names': {
      source: items('return torch.tensor(rows_of(self.path)[i]["x"])', 'def rows_of(path):\n    with open(path) as f:\n        return json.load(f)\n\n'),
      finding: { ...at, function: 'rows_of', at: 'json.load(f)' },
      patch: ['+        self._content = rows_of(self.path)', '-        return torch.tensor(rows_of(self.path)[i]["x"])', '+        return torch.tensor(self._content[i]["x"])'],
      run: run(json),
    },
    'beside another file that is written': {
      source: `${items('rows = json.load(open(self.path))\nreturn rows[i]["x"] + 1')}\ndef train(args, model):\n    items = Items(args.rows)\n    torch.save(model.state_dict(), args.last)\n    return items\n`,
      finding: at,
      patch: ['+        self._rows = json.load(open(self.path))', '-        rows = json.load(open(self.path))', '+        rows = self._rows'],
      run: run(json),
    },
    'in a method that gives a part of the item': {
      source: items('return self.row(i) + 1').replace('    def __len__', '    def row(self, i):\n        rows = json.load(open(self.path))\n        return rows[i]["x"] * 2\n\n    def __len__'),
      finding: { ...at, function: 'Items.row', at: 'json.load' },
      patch: ['+        self._rows = json.load(open(self.path))', '-        rows = json.load(open(self.path))', '+        rows = self._rows'],
      run: run(json),
    },
    'a file that the program writes before it makes the dataset': {
      source: `${items('with open(self.path) as f:\n    rows = json.load(f)\nreturn rows[i]["x"] * 1.0 + torch.zeros(1).item()').replace('return rows[i]["x"] * 1.0 + torch.zeros(1).item()', 'return float(rows[i]["x"])')}\ndef write(path):\n    with open(path, "w") as f:\n        json.dump([{"x": 1.5}, {"x": 2.5}, {"x": 3.5}], f)\n\ndef main(path):\n    write(path)\n    items = Items(path)\n    return [items[0], items[2]]\n`,
      finding: at,
      patch: ['+        with open(self.path) as f:', '+            self._rows = json.load(f)', '-        with open(self.path) as f:', '-            rows = json.load(f)', '+        rows = self._rows'],
      run: 'import train\nresult = train.main("rows")',
    },
    'numbers of another type': {
      source: items('x = np.load(self.path + ".npz")["x"]\nreturn torch.from_numpy(x[i].astype(np.float32) / 2)'),
      finding: at,
      patch: ['+        self._x = np.load(self.path + ".npz")["x"]', '-        x = np.load(self.path + ".npz")["x"]', '+        x = self._x'],
      run: run('import numpy as np\nnp.savez("rows.npz", x=np.arange(6.0).reshape(3, 2))\n'),
    },
  },
  leaves: {
    'written behind the making': { source: `${items('with open(self.path) as f:\n    rows = json.load(f)\nreturn float(rows[i]["x"])')}\ndef write(path):\n    with open(path, "w") as f:\n        json.dump([], f)\n\ndef main(path):\n    items = Items(path)\n    write(path)\n    return items[0]\n`, finding: at, because: /is written in line/ },
    'written in each round': { source: `${items('with open(self.path) as f:\n    rows = json.load(f)\nreturn float(rows[i]["x"])')}\ndef write(path):\n    with open(path, "w") as f:\n        json.dump([], f)\n\ndef main(path):\n    for k in range(3):\n        write(path)\n        items = items if k else Items(path)\n        print(items[0])\n`, finding: at, because: /is written in line/ },
    'a file for each item': { source: items('x = torch.load(f"{self.path}/{i}.pt")\nreturn x'), finding: at, because: /file of its own, by `i`/ },
    'an open file for each item': { source: items('with zipfile.ZipFile(f"{self.path}{i}") as z:\n    return z.read("x")'), finding: at, because: /opens a file of its own, by `i`/ },
    'rows are changed': { source: items('with open(self.path) as f:\n    rows = json.load(f)\nrow = rows[i]\nrow["x"] += 1\nreturn row'), finding: at, because: /changes what was read/ },
    'the file is written': { source: items('with open(self.path) as f:\n    rows = json.load(f)\nwith open(self.path, "w") as f:\n    json.dump(rows, f)\nreturn rows[i]'), finding: at, because: /is written in line/ },
    'the path changes': { source: items('with open(self.path) as f:\n    rows = json.load(f)\nreturn rows[i]').replace('    def __len__', '    def use(self, path):\n        self.path = path\n\n    def __len__'), finding: at, because: /`self\.path` is changed in line 14/ },
    'read when the dataset is made': { source: items('return self.rows[i]').replace('        self.path = path', '        self.path = path\n        with open(path) as f:\n            self.rows = json.load(f)'), finding: { ...at, function: 'Items.__init__', at: 'json.load' } },
    'only where there is one': { source: items('x = i\nif self.path is not None:\n    m = torch.load(self.path)\n    x = x + m.sum().item()\nreturn x'), finding: at, because: /not read for every item/ },
    'behind an early return': { source: items('if i == 0:\n    return 0\nwith open(self.path) as f:\n    rows = json.load(f)\nreturn len(rows)'), finding: at, because: /not read for every item/ },
    'in a method that only some items call': { source: items('return self.row(i) if i > 1 else i').replace('    def __len__', '    def row(self, i):\n        rows = json.load(open(self.path))\n        return rows[i]["x"] * 2\n\n    def __len__'), finding: { ...at, function: 'Items.row', at: 'json.load' }, because: /not read for every item/ },
    'an open archive, which processes would share': { source: items('with zipfile.ZipFile(self.path) as z:\n    text = z.read(f"{i}.txt")\nreturn len(text)'), finding: at, because: /Workers that are forked would share/ },
    'an archive of arrays that is kept open': { source: items('archive = np.load(self.path)\nkey = list(archive)[i]\nreturn float(archive[key].sum())'), finding: at, because: /Workers that are forked would share/ },
    'a transform may change the row': { source: items('with open(self.path) as f:\n    rows = json.load(f)\nreturn self.transform(rows[i])').replace('        self.path = path', '        self.path = path\n        self.transform = take'), finding: at, because: /hands on what was read/ },
    'others get the row': { source: items('rows = json.load(open(self.path))\nreturn rows[i]'), finding: at, because: /Line 18 hands on what was read/ },
    'others get the row under another name': { source: items('rows = json.load(open(self.path))\nrow = rows[i]\nfound = row["x"]\nreturn {"x": found}'), finding: at, because: /Line 20 hands on what was read/ },
    'arrays of an archive that others get': { source: items('archive = np.load(self.path)\nx = archive["x"]\nreturn x'), finding: at, because: /hands on what was read/ },
    'read again on purpose': { source: 'import torch\n\nclass Actor:\n    def __init__(self, path):\n        self.path = path\n\n    def refresh(self):\n        state = torch.load(self.path)\n        return state["x"] + 1\n\ndef train(net):\n    actor = Actor("last.pt")\n    for step in range(3):\n        torch.save(net.state_dict(), "last.pt")\n        actor.refresh()\n', finding: { ...at, function: 'Actor.refresh', at: 'torch.load' } },
    'rows that are written between epochs': { source: `${items('rows = json.load(open(self.path))\nreturn rows[i]["x"] + 1')}\ndef train(rows):\n    items = Items("rows.json")\n    for epoch in range(3):\n        json.dump(rows, open("rows.json", "w"))\n`, finding: at, because: /is written in line/ },
    'a path that is drawn': { source: items('return torch.load(self.pick())["x"] + 1').replace('    def __len__', '    def pick(self):\n        return self.path\n\n    def __len__'), finding: at, because: /cannot be seen that the path is the same/ },
    'a path that another file sets': { source: { 'train.py': items('rows = json.load(open(self.path))\nreturn rows[i]["x"] + 1'), 'run.py': 'import train\n\nitems = train.Items("a")\nitems.path = "b"\n' }, finding: at, because: /`items\.path` is changed in line 4 of run\.py/ },
    'a function that writes, too': { source: items('return rows_of(self.path)[i]["x"] + 1', 'def rows_of(path):\n    with open(path) as f:\n        rows = json.load(f)\n    with open("seen", "a") as f:\n        f.write("x")\n    return rows\n\n'), finding: { ...at, function: 'rows_of', at: 'json.load(f)' } },
    'a function that gives the open file': { source: items('return len(lines_of(self.path).readline())', 'def lines_of(path):\n    return open(path)\n\n'), finding: { ...at, function: 'lines_of', at: 'open(path)' } },
    'what is drawn while it is read': { source: items('with open(self.path) as f:\n    rows = [line for line in f if len(line) > random.random()]\nreturn len(rows)').replace('import csv', 'import csv\nimport random'), finding: at, because: /cannot be seen that the same is read/ },
    'what can be mapped is no case of this': { source: items('x = np.load(self.path)\nreturn torch.from_numpy(x[i])'), finding: at },
    'lines of the file from here on': { source: items('with open(self.path) as f:\n    f.seek(i)\n    text = f.read(1)\nreturn text'), finding: at },
  },
};
