import type { TorchCases } from '../harness.js';
import { loaderWays, pinnedWays } from './loader-ways.js';

const finding = { function: 'main', at: 'DataLoader(', category: 'C7', rule: 'C7-data-loader' };
/** Trains on items that a dataset computes. */
const script = ({ item = '        return self.x[i] * math.sin(i), i % 2', init = '', base = 'Dataset', made = 'loader = DataLoader(Items(), batch_size=4, shuffle=True)', epochs = 2, copies = '            x, y = x.to(device), y.to(device)\n', before = '' } = {}): string => `import math
import random
import torch
from torch.utils.data import DataLoader, Dataset, IterableDataset, TensorDataset

class Items(${base}):
    def __init__(self):
        self.x = torch.arange(12.0)
${init}
    def __len__(self):
        return 12

    def __getitem__(self, i):
${item}

def main():
    torch.manual_seed(3)
    device = 'cuda' if torch.cuda.is_available() else 'cpu'
    ${made}
    seen = []
    for epoch in range(${epochs}):
${before}        for x, y in loader:
${copies}            seen.append((x.sum().item(), y.tolist()))
    return seen, torch.rand(1)

if __name__ == '__main__':
    main()
`;
const run = 'import train\nresult = train.main()';
const workers = 'loader = DataLoader(Items(), batch_size=4, num_workers=2)';

export const loaderWorkersCases: TorchCases = {
  fires: {
    ...loaderWays.fires,
    'a dataset that computes': {
      source: script(),
      finding: { ...finding, at: 'loader = ' },
      patch: ['+import os', '-    loader = DataLoader(Items(), batch_size=4, shuffle=True)', '+    loader = DataLoader(Items(), batch_size=4, shuffle=True, num_workers=min(4, os.cpu_count() or 1))'],
      run,
    },
    'explicitly none, found by the loop': {
      source: script({ made: 'loader = DataLoader(Items(), batch_size=4, num_workers=0)' }).replace('import math', 'import math\nimport os'),
      finding: { ...finding, at: 'for x, y in' },
      patch: ['-    loader = DataLoader(Items(), batch_size=4, num_workers=0)', '+    loader = DataLoader(Items(), batch_size=4, num_workers=min(4, os.cpu_count() or 1))'],
      run,
    },
    'a part of a dataset, found by its own code': {
      source: script({ made: 'part, _ = torch.utils.data.random_split(Items(), [8, 4])\n    loader = DataLoader(torch.utils.data.Subset(Items(), [1, 2, 3]), batch_size=4)' }),
      finding: { ...finding, at: 'loader = ' },
      patch: ['+import os', '-    loader = DataLoader(torch.utils.data.Subset(Items(), [1, 2, 3]), batch_size=4)', '+    loader = DataLoader(torch.utils.data.Subset(Items(), [1, 2, 3]), batch_size=4, num_workers=min(4, os.cpu_count() or 1))'],
    },
    'random numbers of its own for each item': {
      source: script({ item: '        g = torch.Generator().manual_seed(i)\n        return self.x[i] + torch.rand(1, generator=g), i' }),
      finding: { ...finding, function: 'Items.__getitem__', at: 'torch.rand(1, gen' },
      patch: ['+import os', '-    loader = DataLoader(Items(), batch_size=4, shuffle=True)', '+    loader = DataLoader(Items(), batch_size=4, shuffle=True, num_workers=min(4, os.cpu_count() or 1))'],
      run,
    },
  },
  leaves: {
    ...loaderWays.leaves,
    'it has workers': { source: script({ made: workers }), finding: { ...finding, at: 'loader = ' }, because: /`num_workers=2` already/ },
    'tensors in memory': { source: script({ made: 'loader = DataLoader(TensorDataset(torch.ones(12), torch.ones(12)), batch_size=4)' }), finding: { ...finding, at: 'loader = ' }, because: /in memory already/ },
    'it only looks items up': { source: script({ item: '        return self.x[i], i' }), finding: { ...finding, at: 'loader = ' }, because: /only takes items from memory/ },
    'it uses the device': { source: script({ item: "        return self.x[i].to('cuda').cpu() * 2, i" }), finding: { ...finding, at: 'loader = ' }, because: /uses the device.*line 14 of train\.py/ },
    'it holds tensors of the device': { source: script({ init: '        self.k = torch.ones(3, device=torch.device("cuda"))\n' }), finding: { ...finding, at: 'loader = ' }, because: /uses the device/ },
    'it keeps a cache': { source: script({ item: '        self.x[i] = i * 2\n        return self.x[i] + 1, i' }), finding: { ...finding, at: 'loader = ' }, because: /changes what the dataset holds/ },
    'it draws random numbers': { source: script({ item: '        return self.x[i] + random.random(), i' }), finding: { ...finding, at: 'loader = ' }, because: /draws random numbers/ },
    'it holds an open file': { source: script({ init: "        self.f = open('data.bin', 'rb')\n" }), finding: { ...finding, at: 'loader = ' }, because: /opens what workers would share/ },
    'it is an iterator': { source: script({ base: 'IterableDataset' }), finding: { ...finding, at: 'loader = ' }, because: /each worker would give all of them/ },
    'a lambda puts batches together': { source: script({ made: 'loader = DataLoader(Items(), batch_size=4, collate_fn=lambda b: b)' }), finding: { ...finding, at: 'loader = ' }, because: /cannot be sent to a process/ },
    'an unknown dataset': { source: script({ made: 'loader = DataLoader(load(), batch_size=4)' }), finding: { ...finding, at: 'loader = ' }, because: /cannot be seen what gives the items/ },
  },
};

/** Goes over the loader behind an object of the repository. */
const barred = (given: string): string => script().replace('in loader:', 'in Bar(loader):').replace('\nclass Items', `\nclass Bar:\n    def __init__(self, iterable):\n        self.iterable, self.done = iterable, 0\n\n    def __iter__(self):\n        for n, one in enumerate(self.iterable, 1):\n            yield ${given}\n            self.done = n\n\nclass Items`);
const copying = { ...finding, at: 'x.to(device)', category: 'C4', rule: 'C4-pageable-copies' };

export const pinnedCopiesCases: TorchCases = {
  fires: {
    ...pinnedWays.fires,
    'the loader and the copies': {
      source: script(),
      finding: copying,
      patch: [
        '-    loader = DataLoader(Items(), batch_size=4, shuffle=True)',
        '+    loader = DataLoader(Items(), batch_size=4, shuffle=True, pin_memory=torch.cuda.is_available())',
        '-            x, y = x.to(device), y.to(device)',
        '+            x, y = x.to(device, non_blocking=True), y.to(device, non_blocking=True)',
      ],
      run,
    },
    'on a device for sure, as a dict': {
      source: script({ copies: '            batch = {k: v.cuda() for k, v in (("x", x), ("y", y))}\n' }),
      finding: { ...copying, at: 'v.cuda()' },
      patch: [
        '-    loader = DataLoader(Items(), batch_size=4, shuffle=True)',
        '+    loader = DataLoader(Items(), batch_size=4, shuffle=True, pin_memory=True)',
        '-            batch = {k: v.cuda() for k, v in (("x", x), ("y", y))}',
        '+            batch = {k: v.cuda(non_blocking=True) for k, v in (("x", x), ("y", y))}',
      ],
    },
    'behind a bar of progress of its own': {
      source: barred('one'),
      finding: copying,
      patch: [
        '-    loader = DataLoader(Items(), batch_size=4, shuffle=True)',
        '+    loader = DataLoader(Items(), batch_size=4, shuffle=True, pin_memory=torch.cuda.is_available())',
        '-            x, y = x.to(device), y.to(device)',
        '+            x, y = x.to(device, non_blocking=True), y.to(device, non_blocking=True)',
      ],
      run,
    },
    'small copies from pageable memory': {
      source: script(),
      finding: { ...copying, rule: 'C4-small-copies', text: 'Copies of some kilobytes from pageable memory.' },
      patch: [
        '-    loader = DataLoader(Items(), batch_size=4, shuffle=True)',
        '+    loader = DataLoader(Items(), batch_size=4, shuffle=True, pin_memory=torch.cuda.is_available())',
        '-            x, y = x.to(device), y.to(device)',
        '+            x, y = x.to(device, non_blocking=True), y.to(device, non_blocking=True)',
      ],
    },
    'only the copies wait': {
      source: script({ made: 'loader = DataLoader(Items(), batch_size=4, pin_memory=True)', copies: '            x = x.to(device, torch.float32, non_blocking=False)\n' }),
      finding: { ...copying, at: 'loader = ' },
      patch: ['-            x = x.to(device, torch.float32, non_blocking=False)', '+            x = x.to(device, torch.float32, non_blocking=True)'],
      run,
    },
  },
  leaves: {
    ...pinnedWays.leaves,
    'a wrapper that changes the batches': { source: barred('[part * 2 for part in one]'), finding: { ...copying, at: 'loader = ' }, because: /cannot be seen that its batches are copied/ },
    'small copies of whatever memory': { source: script(), finding: { ...copying, rule: 'C4-small-copies' } },
    'done already': { source: script({ made: 'loader = DataLoader(Items(), batch_size=4, pin_memory=True)', copies: '            x = x.to(device, non_blocking=True)\n' }), finding: { ...copying, at: 'loader = ' }, because: /already/ },
    'batches stay on the host': { source: script({ copies: '' }), finding: { ...copying, at: 'loader = ' }, because: /cannot be seen that its batches are copied/ },
    'the dataset gives tensors of the device': { source: script({ item: "        return self.x[i].to('cuda'), i" }), finding: { ...copying, at: 'loader = ' }, because: /cannot be pinned/ },
    'the host changes what it has copied': { source: script({ copies: '            z = x.to(device)\n            x += 1\n' }), finding: { ...copying, at: 'loader = ' }, because: /changed on the host afterwards/ },
    'a copy to the host': { source: script({ copies: "            x = x.to('cpu')\n" }), finding: { ...copying, at: 'loader = ' }, because: /cannot be seen|stay on the host/ },
    'no loader': { source: 'import torch\n\ndef main(x):\n    return x.to("cuda")\n', finding: { ...copying, at: 'x.to' } },
  },
};

export const persistentWorkersCases: TorchCases = {
  fires: {
    'over several epochs': {
      source: script({ made: workers }),
      finding: { ...finding, at: 'loader = ' },
      patch: ['-    loader = DataLoader(Items(), batch_size=4, num_workers=2)', '+    loader = DataLoader(Items(), batch_size=4, num_workers=2, persistent_workers=True)'],
      run: 'import train\nresult = train.main()[0]',
    },
    'explicitly none, by a configuration': {
      source: script({ made: 'config = {"workers": 2, "keep": False}\n    loader = DataLoader(Items(), batch_size=4, num_workers=config["workers"], persistent_workers=config["keep"])' }),
      finding: { ...finding, at: 'for x, y in' },
      patch: ['-    config = {"workers": 2, "keep": False}', '+    config = {"workers": 2, "keep": True}'],
      run: 'import train\nresult = train.main()[0]',
    },
    'as many as an option says': {
      source: `import torch\nfrom torch.utils.data import DataLoader\n\ndef epoch(loader):\n    for x in loader:\n        x.sum()\n\ndef main(args, data):\n    loader = DataLoader(data, num_workers=args.workers)\n    while True:\n        epoch(loader)\n`,
      finding: { ...finding, at: 'loader = ' },
      patch: ['-    loader = DataLoader(data, num_workers=args.workers)', '+    loader = DataLoader(data, num_workers=args.workers, persistent_workers=args.workers > 0)'],
    },
  },
  leaves: {
    'one pass': { source: script({ made: workers }).replace('    for epoch in range(2):', '    if True:'), finding: { ...finding, at: 'loader = ' }, because: /more than once/ },
    'no workers': { source: script(), finding: { ...finding, at: 'loader = ' }, because: /no workers/ },
    'given already': { source: script({ made: workers.replace('num_workers=2', 'num_workers=2, persistent_workers=True') }), finding: { ...finding, at: 'loader = ' }, because: /`persistent_workers=True` is given/ },
    'each epoch begins in its own way': { source: script({ made: workers.replace('num_workers=2', 'num_workers=2, worker_init_fn=begin') }).replace('def main', 'def begin(number):\n    torch.manual_seed(state.epoch * 100 + number)\n\ndef main'), finding: { ...finding, at: 'loader = ' }, because: /`worker_init_fn` begins each epoch/ },
    'made anew for each pass': { source: script({ made: 'data = Items()', before: '        loader = DataLoader(data, batch_size=4, num_workers=2)\n' }), finding: { ...finding, at: 'loader = ' }, because: /made anew for each pass/ },
    'an option without a number': { source: script({ made: 'loader = DataLoader(Items(), batch_size=4, **options)' }), finding: { ...finding, at: 'loader = ' }, because: /may be given already/ },
    'it draws random numbers': { source: script({ made: workers, item: '        return self.x[i] + random.random(), i' }), finding: { ...finding, at: 'loader = ' }, because: /begin with fresh state/ },
    'the dataset changes between epochs': { source: script({ made: 'data = Items()\n    loader = DataLoader(data, batch_size=4, num_workers=2)', before: '        data.set_epoch(epoch)\n' }), finding: { ...finding, at: 'loader = ' }, because: /changed between epochs/ },
  },
};

const ahead = 'loader = DataLoader(Items(), batch_size=4, num_workers=2, prefetch_factor=1)';

export const prefetchFactorCases: TorchCases = {
  fires: {
    'one batch ahead': {
      source: script({ made: ahead }),
      finding: { ...finding, at: 'for x, y in' },
      patch: ['-    loader = DataLoader(Items(), batch_size=4, num_workers=2, prefetch_factor=1)', '+    loader = DataLoader(Items(), batch_size=4, num_workers=2, prefetch_factor=4)'],
      run,
    },
  },
  leaves: {
    'more than one': { source: script({ made: ahead.replace('factor=1', 'factor=8') }), finding: { ...finding, at: 'loader = ' }, because: /`prefetch_factor=8` is given/ },
    'as it comes': { source: script({ made: workers }), finding: { ...finding, at: 'loader = ' } },
    'no workers': { source: script({ made: ahead.replace('num_workers=2', 'num_workers=0') }), finding: { ...finding, at: 'loader = ' }, because: /no workers/ },
    'the loop changes the dataset': { source: script({ made: ahead.replace('loader = DataLoader(Items()', 'data = Items()\n    loader = DataLoader(data'), copies: '            data.level = epoch\n' }), finding: { ...finding, at: 'loader = ' }, because: /changed between batches/ },
  },
};
