import type { TorchCases } from '../harness.js';

const finding = { function: 'Items.__getitem__', at: '__getitem__', category: 'C7', rule: 'C7-dataloader' };
/** A dataset whose items are read from files that some lines open. */
const items = (body: string, more = '', init = ''): string => `import os
import zipfile
import h5py
import torch
from torch.utils.data import Dataset

${more}class Items(Dataset):
    def __init__(self, path):
        self.path = path
${init}
    def __len__(self):
        return 3

    def __getitem__(self, i):
${body.replaceAll(/^/gm, '        ')}
`;
/** PyTorch is there in the tests, h5py may not be: a module of that name counts how often a file is opened. */
const made = `import sys, types, zipfile
class File:
    opened = 0
    def __init__(self, path, mode="r"):
        File.opened += 1
    def __enter__(self):
        return self
    def __exit__(self, *error):
        pass
    def __getitem__(self, name):
        return [1.5, 2.5, 3.5]
sys.modules["h5py"] = types.SimpleNamespace(File=File)
with zipfile.ZipFile("rows.zip", "w") as f:
    [f.writestr(str(i), "x" * i) for i in range(3)]
with open("rows.bin", "wb") as f:
    f.write(bytes(range(30)))
import copy, os
import train
`;
const run = (path: string): string => `${made}items = train.Items("${path}")
first = items[1]
again = copy.deepcopy(items)
read, write = os.pipe()
if os.fork() == 0:
    os.write(write, repr(items[2]).encode())
    os._exit(0)
os.wait()
result = [first, items[2], items[1], again[1], os.read(read, 99).decode()]`;

export const keptOpenCases: TorchCases = {
  fires: {
    'rows of an HDF5 file': {
      source: items('with h5py.File(self.path, "r") as f:\n    x = torch.tensor(f["x"][i])\nreturn x * 2'),
      finding,
      patch: [
        '+        self._f = self._f_process = None',
        '-        with h5py.File(self.path, "r") as f:',
        '-            x = torch.tensor(f["x"][i])',
        '+        if self._f_process != os.getpid():',
        '+            self._f = h5py.File(self.path, "r")',
        '+            self._f_process = os.getpid()',
        '+        f = self._f',
        '+        x = torch.tensor(f["x"][i])',
        '+    def __getstate__(self):',
        '+        return {**self.__dict__, "_f": None, "_f_process": None}',
        '+',
      ],
      run: run('rows.h5'),
    },
    'members of an archive, closed by hand': {
      source: items('archive = zipfile.ZipFile(self.path)\ntext = archive.read(str(i))\narchive.close()\nreturn len(text)'),
      finding,
      patch: [
        '+        self._archive = self._archive_process = None',
        '-        archive = zipfile.ZipFile(self.path)',
        '+        if self._archive_process != os.getpid():',
        '+            self._archive = zipfile.ZipFile(self.path)',
        '+            self._archive_process = os.getpid()',
        '+        archive = self._archive',
        '-        archive.close()',
        '+    def __getstate__(self):',
        '+        return {**self.__dict__, "_archive": None, "_archive_process": None}',
        '+',
      ],
      run: run('rows.zip'),
    },
    'records of a file that is sought in': {
      source: items('with open(self.path, "rb") as f:\n    f.seek(i * 8)\n    return list(f.read(8))'),
      finding,
      patch: [
        '+        self._f = self._f_process = None',
        '-        with open(self.path, "rb") as f:',
        '-            f.seek(i * 8)',
        '-            return list(f.read(8))',
        '+        if self._f_process != os.getpid():',
        '+            self._f = open(self.path, "rb")',
        '+            self._f_process = os.getpid()',
        '+        f = self._f',
        '+        f.seek(i * 8)',
        '+        return list(f.read(8))',
        '+    def __getstate__(self):',
        '+        return {**self.__dict__, "_f": None, "_f_process": None}',
        '+',
      ],
      run: run('rows.bin'),
    },
    'without a name': {
      source: items('return torch.tensor(h5py.File(self.path, "r")["x"][i])'),
      finding,
      patch: [
        '+        self._file = self._file_process = None',
        '-        return torch.tensor(h5py.File(self.path, "r")["x"][i])',
        '+        if self._file_process != os.getpid():',
        '+            self._file = h5py.File(self.path, "r")',
        '+            self._file_process = os.getpid()',
        '+        return torch.tensor(self._file["x"][i])',
        '+    def __getstate__(self):',
        '+        return {**self.__dict__, "_file": None, "_file_process": None}',
        '+',
      ],
      run: run('rows.h5'),
    },
  },
  leaves: {
    'a file for each item': { source: items('with h5py.File(f"{self.path}/{i}.h5", "r") as f:\n    return f["x"][0]'), finding, because: /a file of its own, by `i`/ },
    'read from its beginning': { source: items('with open(self.path, "rb") as f:\n    return list(f.read(8))'), finding },
    'opened to be written to': { source: items('with h5py.File(self.path, "a") as f:\n    return f["x"][i]'), finding, because: /opened to be written/ },
    'written elsewhere': { source: `${items('with h5py.File(self.path, "r") as f:\n    return f["x"][i]')}\ndef fill(path):\n    with h5py.File(path, "a") as f:\n        f["x"] = [1.0]\n\ndef main(path):\n    items = Items(path)\n    fill(path)\n    return items[0]\n`, finding, because: /is written in line/ },
    'handed on': { source: items('with h5py.File(self.path, "r") as f:\n    return row_of(f, i)'), finding, because: /hands the open file on/ },
    'another path from epoch to epoch': { source: `${items('with h5py.File(self.path, "r") as f:\n    return f["x"][i]')}\ndef train(items):\n    items.path = items.path + ".next"\n`, finding, because: /is changed in line/ },
    'kept already': { source: items('if self.file is None:\n    self.file = h5py.File(self.path, "r")\nreturn self.file["x"][i]', '', '        self.file = None\n'), finding, because: /only where it is not open yet/ },
    'threads share the place': { source: items('with open(self.path, "rb") as f:\n    f.seek(i)\n    return f.read(1)', 'import threading\n\n'), finding, because: /Threads/ },
    'no dataset': { source: items('with h5py.File(self.path, "r") as f:\n    return f["x"][i]').replace('__getitem__', 'load'), finding: { ...finding, function: 'Items.load', at: 'def load' } },
  },
};
