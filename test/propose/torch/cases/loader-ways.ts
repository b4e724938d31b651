import type { TorchCases } from '../harness.js';

const finding = { function: 'main', at: 'in loader', category: 'C7', rule: 'C7-dataloader' };
const workers = 'min(4, os.cpu_count() or 1)';

/** A program whose `main` goes over a loader that it makes in some way; `head` stands in front of it. */
const way = (body: string, head = '', item = 'self.x[i].sin() * 2', init = '', guard = 'if __name__ == "__main__":\n    main()\n'): string => `import argparse
import os
import random
import torch
from dataclasses import dataclass
from torch import nn
from torch.utils.data import DataLoader, Dataset, random_split

class Items(Dataset):
    def __init__(self, given=None):
        self.x = torch.arange(12.0)
        self.given = given
${init}
    def harder(self):
        self.level = self.x[0] + 1

    def __len__(self):
        return 12

    def __getitem__(self, i):
        return ${item}

${head}
def main(argv=()):
    torch.manual_seed(3)
    seen = []
${body.replaceAll(/^/gm, '    ')}
    return seen, torch.rand(1)

${guard}`;
const run = 'import train\nresult = train.main()';
const went = 'for x in loader:\n    seen.append(x.sum().item())';
const added = (text: string): string[] => [`-${text})`, `+${text}, num_workers=${workers})`];

/** Ways in which programs make their loaders, and in which workers would be wrong. */
export const loaderWays: TorchCases = {
  fires: {
    'made by a helper, given to a class, gone over in a method': {
      source: way('fitted = Fit(make(4))\nfitted.fit(2, seen)', 'def make(size):\n    data = Items()\n    first, second = DataLoader(data, batch_size=size, shuffle=True), DataLoader(Items(3), batch_size=size)\n    return first, second\n\nclass Base:\n    def __init__(self, loaders):\n        self.loader, self.valid = loaders\n\nclass Fit(Base):\n    def fit(self, epochs, seen):\n        for epoch in range(epochs):\n            for i, x in enumerate(self.loader):\n                seen.append(x.sum().item())\n'),
      finding: { ...finding, function: 'Fit.fit', at: 'in enumerate(self.loader)' },
      patch: [`-    first, second = DataLoader(data, batch_size=size, shuffle=True), DataLoader(Items(3), batch_size=size)`, `+    first, second = DataLoader(data, batch_size=size, shuffle=True, num_workers=${workers}), DataLoader(Items(3), batch_size=size)`],
      run,
    },
    'one for each phase, in a table': {
      source: way('loaders = {phase: DataLoader(sets[phase], batch_size=4, num_workers=0) for phase in ("train", "val")}\nfor phase in ("train", "val"):\n    for x in loaders[phase]:\n        seen.append(x.sum().item())', 'sets = {"train": Items(), "val": Items(1)}\n'),
      finding: { ...finding, at: 'in loaders[phase]' },
      patch: ['-    loaders = {phase: DataLoader(sets[phase], batch_size=4, num_workers=0) for phase in ("train", "val")}', `+    loaders = {phase: DataLoader(sets[phase], batch_size=4, num_workers=${workers}) for phase in ("train", "val")}`],
      run,
    },
    'none by a table of options': {
      source: way(`options = {"batch_size": 4, "num_workers": 0}\nif seen:\n    options.update({"pin_memory": True})\nloader = DataLoader(Items(), **options)\n${went}`),
      finding,
      patch: ['-    options = {"batch_size": 4, "num_workers": 0}', `+    options = {"batch_size": 4, "num_workers": ${workers}}`],
      run,
    },
    'none by an option of the command line': {
      source: way(`parser = argparse.ArgumentParser()\nparser.add_argument("-j", "--workers", type=int, default=0)\nargs = parser.parse_args(argv)\nloader = DataLoader(Items(), batch_size=4, num_workers=args.workers)\n${went}`),
      finding,
      patch: ['-    parser.add_argument("-j", "--workers", type=int, default=0)', `+    parser.add_argument("-j", "--workers", type=int, default=${workers})`],
      run,
    },
    'none by the field of a configuration': {
      source: way(`config = Config()\ntrain, valid = random_split(Items(), [8, 4])\nloader = DataLoader(train, batch_size=4, num_workers=config.workers)\n${went}`, '@dataclass\nclass Config:\n    workers: int = 0\n'),
      finding,
      patch: ['-    workers: int = 0', `+    workers: int = ${workers}`],
      run,
    },
    'none by a parameter that nobody gives': {
      source: way('data = Data(4)\nfor epoch in range(2):\n    for x in data.batches():\n        seen.append(x.sum().item())', 'class Data:\n    def __init__(self, size, workers: int = 0):\n        self.size, self.items = size, Items()\n        self.workers = workers\n\n    def batches(self):\n        return DataLoader(self.items, batch_size=self.size, num_workers=self.workers)\n'),
      finding: { ...finding, at: 'in data.batches()' },
      patch: ['-    def __init__(self, size, workers: int = 0):', `+    def __init__(self, size, workers: int = ${workers}):`],
      run,
    },
    'batches asked for one by one': {
      source: way('batches = cycle(DataLoader(Items(), batch_size=4, shuffle=True))\nfor step in range(7):\n    x = next(batches)\n    seen.append(x.sum().item())', 'def cycle(loader):\n    while True:\n        for batch in loader:\n            yield batch\n'),
      finding: { ...finding, at: 'next(batches)' },
      patch: ['-    batches = cycle(DataLoader(Items(), batch_size=4, shuffle=True))', `+    batches = cycle(DataLoader(Items(), batch_size=4, shuffle=True, num_workers=${workers}))`],
      run,
    },
    'texts that collate_fn works on, found by its code': {
      source: way(`texts = ["ab" * n for n in range(12)]\nloader = DataLoader(texts, batch_size=4, collate_fn=collate)\n${went}`, 'def collate(texts):\n    rows = [torch.tensor([ord(c) for c in text] + [0]) for text in texts]\n    return nn.utils.rnn.pad_sequence(rows)\n'),
      finding: { ...finding, function: 'collate', at: 'rows = ' },
      patch: added('    loader = DataLoader(texts, batch_size=4, collate_fn=collate'),
      run,
    },
    'a file that each process opens when it first needs it': {
      source: way(`loader = DataLoader(Items(), batch_size=4)\n${went}`, '', 'self.read(i)', '        self.file = None\n\n    def read(self, i):\n        if self.file is None:\n            self.file = open(__file__, "rb")\n        self.file.seek(i)\n        return torch.tensor(self.file.read(1)[0])\n'),
      finding,
      patch: added('    loader = DataLoader(Items(), batch_size=4'),
      run,
    },
    'the finding is at the call of what goes over it': {
      source: way('loader = load()\nfor epoch in range(2):\n    train(loader, seen)', 'def load():\n    return DataLoader(Items(), batch_size=4)\n\ndef train(batches, seen):\n    for x in batches:\n        seen.append(x.sum().item())\n'),
      finding: { ...finding, at: 'train(loader, seen)' },
      patch: added('    return DataLoader(Items(), batch_size=4'),
      run,
    },
  },
  leaves: {
    'the script runs on import, and processes are not forked': { source: way(`loader = DataLoader(Items(), batch_size=4)\n${went}`, 'torch.multiprocessing.set_start_method("spawn", force=True)\n', 'self.x[i].sin()', '', 'main()\n'), finding, because: /no `if __name__ == "__main__"` .*not forked \(line/ },
    'the script runs on import': { source: way(`loader = DataLoader(Items(), batch_size=4)\n${went}`, '', 'self.x[i].sin()', '', 'main()\n'), finding, because: /where processes are not forked/ },
    'a loop makes the items harder': { source: way('data = Items()\nloader = DataLoader(data, batch_size=4)\nfor x in loader:\n    data.harder()'), finding, because: /changed between batches, .*line 30/ },
    'a loop changes what the dataset shares': { source: way('state = {"step": 0}\nloader = DataLoader(Items(state), batch_size=4)\nfor x in loader:\n    state["step"] += 1'), finding, because: /changed between batches/ },
    'a loop tells the sampler of losses': { source: way('order = make_sampler()\nloader = DataLoader(Items(), batch_size=4, sampler=order)\nfor x in loader:\n    order.update(x.sum())'), finding, because: /changed between batches/ },
    'an iterator in each step': { source: way('loader = DataLoader(Items(), batch_size=4)\nfor step in range(3):\n    x = next(iter(loader))'), finding: { ...finding, at: 'next(iter' }, because: /workers would start each time/ },
    'a transform that draws random numbers': { source: way(`loader = DataLoader(Items(jitter), batch_size=4)\n${went}`, 'def jitter(x):\n    return x + random.random()\n', 'self.given(self.x[i])'), finding, because: /`jitter` draws random numbers/ },
    'a lambda that the dataset is given': { source: way(`loader = DataLoader(Items(lambda x: x + 1), batch_size=4)\n${went}`, '', 'self.given(self.x[i])'), finding, because: /without a name/ },
    'a model in the dataset': { source: way(`net = Net()\nloader = DataLoader(Items(net), batch_size=4)\n${went}`, 'class Net(nn.Module):\n    def forward(self, x):\n        return x\n', 'self.given(self.x[i])'), finding, because: /a model or tensors of the device/ },
    'tensors of the device in the dataset': { source: way(`loader = DataLoader(Items(torch.ones(2).to("cuda")), batch_size=4)\n${went}`, '', 'self.x[i] + self.given[0]'), finding, because: /a model or tensors of the device/ },
    'collate_fn draws random numbers': { source: way(`loader = DataLoader(Items(), batch_size=4, collate_fn=mixed)\n${went}`, 'def mixed(items):\n    random.shuffle(items)\n    return torch.stack(items)\n'), finding, because: /`collate_fn` draws random numbers/ },
    'a parameter that a call may give': { source: way('options = {"size": 4, "workers": 2}\ndata = Data(**options)\nfor x in data.batches():\n    seen.append(x.sum().item())', 'class Data:\n    def __init__(self, size, workers: int = 0):\n        self.size, self.items = size, Items()\n        self.workers = workers\n\n    def batches(self):\n        return DataLoader(self.items, batch_size=self.size, num_workers=self.workers)\n'), finding: { ...finding, at: 'in data.batches()' }, because: /`num_workers=self\.workers` already/ },
    'an option says how many': { source: way(`parser = argparse.ArgumentParser()\nparser.add_argument("--workers", type=int, default=2)\nargs = parser.parse_args(argv)\nloader = DataLoader(Items(), batch_size=4, num_workers=args.workers)\n${went}`), finding, because: /`num_workers=args.workers` already/ },
  },
};

const copying = { ...finding, category: 'C4', rule: 'C4-pageable-copies' };

export const pinnedWays: TorchCases = {
  fires: {
    'in a method that is given the batch': {
      source: way('device = "cuda" if torch.cuda.is_available() else "cpu"\nfitted = Fit(DataLoader(Items(), batch_size=4), device)\nseen.append(fitted.fit())', 'class Fit:\n    def __init__(self, loader, device):\n        self.loader, self.device = loader, device\n\n    def step(self, batch):\n        x = batch.to(self.device)\n        return x.sum().item()\n\n    def fit(self):\n        return [self.step(batch) for epoch in range(2) for batch in self.loader] + self.second()\n\n    def second(self):\n        found = []\n        for batch in self.loader:\n            found.append(self.step(batch))\n        return found\n'),
      finding: { ...copying, function: 'Fit.step', at: 'batch.to(' },
      patch: ['-        x = batch.to(self.device)', '+        x = batch.to(self.device, non_blocking=True)', '-    fitted = Fit(DataLoader(Items(), batch_size=4), device)', '+    fitted = Fit(DataLoader(Items(), batch_size=4, pin_memory=torch.cuda.is_available()), device)'],
      run,
    },
    'by a helper, of a table of options': {
      source: way('device = "cuda" if torch.cuda.is_available() else "cpu"\noptions = dict(batch_size=4, pin_memory=False)\nloader = DataLoader(Items(), **options)\nfor x in loader:\n    x, = moved([x], device)\n    seen.append(x.sum().item())', 'def moved(batch, device):\n    return [x.to(device) for x in batch]\n', '[self.x[i].sin()]').replace('moved([x], device)', 'moved(x, device)'),
      finding: { ...copying, at: 'moved(x, device)' },
      patch: ['-    return [x.to(device) for x in batch]', '+    return [x.to(device, non_blocking=True) for x in batch]', '-    options = dict(batch_size=4, pin_memory=False)', '+    options = dict(batch_size=4, pin_memory=torch.cuda.is_available())'],
      run,
    },
    'batches asked for one by one': {
      source: way('batches = iter(DataLoader(Items(), batch_size=4))\nfor step in range(3):\n    x = next(batches).cuda()\n    seen.append(x.sum())'),
      finding: { ...copying, at: '.cuda()' },
      patch: ['-    batches = iter(DataLoader(Items(), batch_size=4))', '+    batches = iter(DataLoader(Items(), batch_size=4, pin_memory=True))', '-        x = next(batches).cuda()', '+        x = next(batches).cuda(non_blocking=True)'],
    },
  },
  leaves: {
    'no loader makes what is copied': { source: way('data = torch.randn(12, 3)\nfor i in range(12):\n    seen.append(data[i].to("cuda").sum())'), finding: { ...copying, at: 'data[i].to' } },
    'the helper changes what it has copied': { source: way('loader = DataLoader(Items(), batch_size=4)\nfor x in loader:\n    step(x)', 'def step(x):\n    y = x.to("cuda")\n    x.zero_()\n    return y\n'), finding: { ...copying, at: 'in loader' }, because: /changed on the host afterwards/ },
  },
};
