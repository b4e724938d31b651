import type { TorchCases } from '../harness.js';

const finding = { function: 'records', at: 'open(path', category: 'C7', rule: 'C7-dataloader' };
const records = (body: string): string => `import json
import torch

def records(path, places):
${body.replaceAll(/^/gm, '    ')}
`;
const run = 'import train\nwith open("rows.bin", "wb") as f:\n    f.write(bytes(range(40)))\nresult = list(train.records("rows.bin", [(8, 4), (0, 3), (20, 5)]))';

export const openedBeforeLoopCases: TorchCases = {
  fires: {
    'parts of one file, given one by one': {
      source: records('for start, size in places:\n    with open(path, "rb") as f:\n        f.seek(start)\n        row = list(f.read(size))\n    if size > 3:\n        yield row'),
      finding,
      patch: [
        '-    for start, size in places:',
        '-        with open(path, "rb") as f:',
        '+    with open(path, "rb") as f:',
        '+        for start, size in places:',
        '-        if size > 3:',
        '-            yield row',
        '+            if size > 3:',
        '+                yield row',
      ],
      run,
    },
  },
  leaves: {
    'another file in each step': { source: records('for start, size in places:\n    with open(path + str(start), "rb") as f:\n        f.seek(start)\n        yield f.read(size)'), finding, because: /a file of its own, by `start`/ },
    'read from its beginning': { source: records('for start, size in places:\n    with open(path, "rb") as f:\n        yield f.read(size)'), finding, because: /from its beginning/ },
    'written in between': { source: records('for start, size in places:\n    with open(path, "rb") as f:\n        f.seek(start)\n        row = f.read(size)\n    with open(path, "wb") as g:\n        g.write(row)\n    yield row'), finding, because: /writes a file/ },
    'only now and then': { source: records('for start, size in places:\n    if size > 3:\n        with open(path, "rb") as f:\n            f.seek(start)\n            yield f.read(size)'), finding, because: /not opened in each step/ },
  },
};
