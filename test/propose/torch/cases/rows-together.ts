import type { TorchCases } from '../harness.js';

const finding = { function: 'collect', at: '.cpu()', category: 'C4', rule: 'C4-small-copies' };
/** A program that goes over batches, with lines that are run for each. */
const program = (body: string, after = 'return seen'): string => `import torch
from torch import nn

class Net(nn.Module):
    def forward(self, x):
        return x * 2 + 1

def collect(model, batches, device):
    seen = []
    for x in batches:
${body.replaceAll(/^/gm, '        ')}
    ${after}

def main():
    return collect(Net(), [torch.arange(6.0).view(3, 2), torch.ones(2, 2)], torch.device('cpu'))
`;
const run = 'import train\nresult = train.main()';
const toDevice = { ...finding, at: 'device)' };

export const rowsTogetherCases: TorchCases = {
  fires: {
    'rows by their number, detached': {
      source: program('out = model(x)\nfor row in range(len(x)):\n    seen.append(out[row].detach().cpu().numpy().tolist())'),
      finding,
      patch: ['+        out_host = out.detach().cpu()', '-            seen.append(out[row].detach().cpu().numpy().tolist())', '+            seen.append(out_host[row].numpy().tolist())'],
      run,
    },
    'rows one by one, with their number': {
      source: program('out = model(x).sigmoid()\nfor i, row in enumerate(out):\n    seen.append((i, row.cpu().tolist()))'),
      finding,
      patch: ['-        for i, row in enumerate(out):', '-            seen.append((i, row.cpu().tolist()))', '+        for i, row in enumerate(out.cpu()):', '+            seen.append((i, row.tolist()))'],
      run,
    },
    'a comprehension over two': {
      source: program('out = model(x)\nseen += [(name, row.to("cpu")) for name, row in zip("abc", out)]'),
      finding: { ...finding, at: 'row.to' },
      patch: ['-        seen += [(name, row.to("cpu")) for name, row in zip("abc", out)]', '+        seen += [(name, row) for name, row in zip("abc", out.cpu())]'],
      run,
    },
    'rows that files get': {
      source: program('out = model(x)\nfor i in range(out.size(0)):\n    torch.save(out[i].cpu(), f"{i}.pt")\n    seen.append(torch.load(f"{i}.pt"))'),
      finding,
      patch: ['+        out_host = out.cpu()', '-            torch.save(out[i].cpu(), f"{i}.pt")', '+            torch.save(out_host[i].clone(), f"{i}.pt")'],
      run,
    },
    'moved, then stacked': {
      source: program('seen.append(torch.stack([torch.tensor(row, dtype=torch.long).to(device) for row in x.long().tolist()]))'),
      finding: toDevice,
      patch: ['-        seen.append(torch.stack([torch.tensor(row, dtype=torch.long).to(device) for row in x.long().tolist()]))', '+        seen.append(torch.stack([torch.tensor(row, dtype=torch.long) for row in x.long().tolist()]).to(device))'],
      run,
    },
    'made on the device, and padded': {
      source: program('rows = nn.utils.rnn.pad_sequence([torch.tensor(row, device=device) for row in x.tolist()], batch_first=True)\nseen.append(rows)'),
      finding: { ...toDevice, at: 'device=device' },
      patch: ['-        rows = nn.utils.rnn.pad_sequence([torch.tensor(row, device=device) for row in x.tolist()], batch_first=True)', '+        rows = nn.utils.rnn.pad_sequence([torch.tensor(row) for row in x.tolist()], batch_first=True).to(device)'],
      run,
    },
    'collected by a loop': {
      source: program('rows = []\nfor row in x:\n    rows.append(row.to(device))\nseen.append(torch.stack(rows))'),
      finding: toDevice,
      patch: ['-            rows.append(row.to(device))', '-        seen.append(torch.stack(rows))', '+            rows.append(row)', '+        seen.append(torch.stack(rows).to(device))'],
      run,
    },
    'filled row by row': {
      source: program('padded = torch.zeros(len(x), 4, device=device)\nfor i, row in enumerate(x.tolist()):\n    padded[i, :len(row)] = torch.tensor(row)\nseen.append(padded)'),
      finding: { ...toDevice, at: 'torch.tensor(row)' },
      patch: ['-        padded = torch.zeros(len(x), 4, device=device)', '+        padded = torch.zeros(len(x), 4)', '+        padded = padded.to(device)'],
      run,
    },
  },
  leaves: {
    'what may be a list of tensors': { source: program('out = build(x)\nfor row in out:\n    seen.append(row.cpu())'), finding, because: /cannot be seen that `out` is one tensor/ },
    'rows that the device needs, too': { source: program('out = model(x)\nfor row in out:\n    seen.append(model(row).sum())\n    seen.append(row.cpu())'), finding, because: /uses the row on the device, too/ },
    'a tensor that changes between its rows': { source: program('out = model(x)\nfor i in range(len(x)):\n    seen.append(out[i].cpu())\n    out[i] = 0'), finding, because: /is changed in line/ },
    'a tensor that a method changes between its rows': { source: program('field = model(x)\nfor t in range(len(x)):\n    seen.append(field[t].cpu())\n    field.mul_(0.5)'), finding, because: /`field` is changed in line 14/ },
    'a tensor that a call may change between its rows': { source: program('field = model(x)\nfor t in range(len(x)):\n    seen.append(field[t].cpu())\n    step(field)'), finding, because: /`field` is changed in line 14, or may be/ },
    'a tensor that is changed under another name': { source: program('field = model(x)\nfor t in range(len(x)):\n    row = field[t]\n    seen.append(field[t].cpu())\n    row.zero_()'), finding, because: /`field` is changed in line/ },
    'a tensor that a function in it changes': { source: program('field = model(x)\ndef decay():\n    field.mul_(0.5)\nfor t in range(len(x)):\n    seen.append(field[t].cpu())\n    decay()'), finding, because: /`field` is changed in line/ },
    'a tensor of what goes on': { source: program('field = model.field\nprint(field.shape)\nfor t in range(len(x)):\n    seen.append(field[t].cpu())\n    model.step()'), finding, because: /`field` is changed in line 15, or may be/ },
    'a batch, once': { source: program('out = model(x)\nseen.append(out.cpu())'), finding },
    'a step of a sequence': { source: program('for i in range(3):\n    x = model(x)\n    seen.append(x[i - 1].cpu())'), finding },
    'filled with what is on the device': { source: program('padded = torch.zeros(3, 2, device=device)\nfor i, row in enumerate(x):\n    padded[i] = model(row)\nseen.append(padded)'), finding: { ...finding, at: 'padded[i]' }, because: /filled with is on the host/ },
    'read before it is full': { source: program('padded = torch.zeros(3, 2, device=device)\nfor i, row in enumerate(x.tolist()):\n    padded[i] = torch.tensor(row)\n    seen.append(padded.sum())'), finding: { ...finding, at: 'padded[i]' }, because: /is read in line/ },
    'each on a device of its own': { source: program('seen.append(torch.cat([row.to(device) for row, device in zip(x, [device] * 3)]))'), finding: toDevice },
  },
};
