import type { TorchCases } from '../harness.js';

const finding = { function: 'collect', at: 'for ', category: 'C1', rule: 'C1-host-bound' };
const program = (body: string): string => `import numpy as np
import torch

def collect(data):
${body.replaceAll(/^/gm, '    ')}
`;
const run = 'import torch, train\nresult = train.collect([torch.arange(3.0) + i for i in range(4)])';

export const joinedOnceCases: TorchCases = {
  fires: {
    'numbers appended to an array': {
      source: program('losses = np.array([])\nfor x in data:\n    losses = np.append(losses, float(x.mean()))\nreturn losses.mean()'),
      finding,
      patch: ['+    losses_parts = [losses]', '-        losses = np.append(losses, float(x.mean()))', '+        losses_parts.append(float(x.mean()))', '+    losses = np.concatenate([np.ravel(part) for part in losses_parts])'],
      run,
    },
    'rows, of which a copy is kept': {
      source: program('rows = np.empty((0, 3))\nfor x in data:\n    row = x.numpy()\n    rows = np.vstack((rows, row))\n    row += 1\nreturn rows'),
      finding,
      patch: ['+    rows_parts = [rows]', '-        rows = np.vstack((rows, row))', '+        rows_parts.append(np.array(row))', '+    rows = np.vstack(rows_parts)'],
      run,
    },
    'tensors': {
      source: program('out = torch.zeros(0)\nfor x in data:\n    y = x * 2\n    out = torch.cat([out, y], dim=0)\nreturn out'),
      finding,
      patch: ['+    out_parts = [out]', '-        out = torch.cat([out, y], dim=0)', '+        out_parts.append(y.clone())', '+    out = torch.cat(out_parts, dim=0)'],
      run,
    },
    'predictions and labels, whose first parts begin them': {
      source: program('preds = None\nfor x in data:\n    if preds is None:\n        preds = x.numpy()\n    else:\n        preds = np.append(preds, x.numpy(), axis=0)\nreturn preds'),
      finding,
      patch: ['+    preds_parts = []', '-        if preds is None:', '-            preds = x.numpy()', '-        else:', '-            preds = np.append(preds, x.numpy(), axis=0)', '+        preds_parts.append(np.array(x.numpy()))', '+    if preds_parts:', '+        preds = np.concatenate(preds_parts, axis=0)'],
      run,
    },
    'in an inner loop, anew for each epoch': {
      source: program('means = []\nfor epoch in range(2):\n    all_of_it = torch.tensor([])\n    for x in data:\n        all_of_it = torch.cat((all_of_it, x + epoch))\n    means.append(all_of_it.mean().item())\nreturn means'),
      finding,
      patch: ['+        all_of_it_parts = [all_of_it]', '-            all_of_it = torch.cat((all_of_it, x + epoch))', '+            all_of_it_parts.append(x + epoch)', '+        all_of_it = torch.cat(all_of_it_parts)'],
      run,
    },
  },
  leaves: {
    'read in each step': { source: program('kept = torch.zeros(0, 3)\nfor x in data:\n    if len(kept) and (kept @ x).max() > 9:\n        continue\n    kept = torch.cat([kept, x[None]])\nreturn kept'), finding, because: /is used in line 7, before the loop ends/ },
    'a sequence that is fed back': { source: program('ids = data[0]\nfor step in range(4):\n    ids = torch.cat((ids, ids[-1:] + 1))\nreturn ids'), finding, because: /is made of `ids`/ },
    'seen by a function': { source: program('seen = np.array([])\ndef last():\n    return seen[-1]\nfor x in data:\n    seen = np.append(seen, 1.0)\nreturn last()'), finding, because: /Other functions see/ },
    'an error that leaves it as it is': { source: program('try:\n    seen = np.array([])\n    for x in data:\n        seen = np.append(seen, float(x.mean()))\nexcept KeyboardInterrupt:\n    pass\nreturn seen'), finding, because: /An error in the loop/ },
    'a window that slides': { source: program('past = data[0]\nfor x in data:\n    past = torch.cat([past[1:], x[:1]])\nreturn past'), finding },
    'another first part': { source: program('preds = None\nfor x in data:\n    if preds is None:\n        preds = x.numpy() * 2\n    else:\n        preds = np.append(preds, x.numpy())\nreturn preds'), finding, because: /first part of `preds` is another/ },
    'no loop': { source: program('out = torch.zeros(0)\nout = torch.cat([out, data[0]])\nreturn out'), finding: { ...finding, at: 'torch.cat' } },
  },
};
