import type { TorchCases } from '../harness.js';

const loop = (body: string, before = ''): string => `import time
import torch
from torch import nn

def train(model, loader, optimizer, device):
    model.train()
${before}    for step, (x, y) in enumerate(loader):
        loss = nn.functional.mse_loss(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
${body}    return model
`;
const finding = { function: 'train', at: 'synchronize', category: 'C3', rule: 'C3-device-sync' };
const run = `
import train
torch.cuda.synchronize = lambda *args: None
model = torch.nn.Linear(3, 2)
data = [(torch.randn(4, 3), torch.randn(4, 2)) for _ in range(5)]
result = train.train(model, data, torch.optim.SGD(model.parameters(), lr=0.1), 'cpu').state_dict()
`;

/** Nothing of it may stay. */
const asked = "        if device != 'cpu':\n            torch.cuda.synchronize()\n";
const askedGone = ["-        if device != 'cpu':", '-            torch.cuda.synchronize()'];

export const deviceSynchronizeCases: TorchCases = {
  fires: {
    'after every step': { source: loop('        torch.cuda.synchronize()  # wait for the step\n'), finding, patch: ['-        torch.cuda.synchronize()  # wait for the step'], run },
    'with the question whether there is a device': { source: loop('        if torch.cuda.is_available():\n            torch.cuda.synchronize(device)\n'), finding, patch: ['-        if torch.cuda.is_available():', '-            torch.cuda.synchronize(device)'], run },
    'in a function that a loop calls': {
      source: 'from torch import cuda\n\ndef step(model, x):\n    out = model(x)\n    cuda.synchronize()\n    return out\n\ndef serve(model, batches):\n    return [step(model, x) for x in batches]\n\ndef run(model, batches):\n    for x in batches:\n        step(model, x)\n',
      finding: { ...finding, function: 'step' },
      patch: ['-    cuda.synchronize()'],
    },
    'whoever calls it takes the time, and it waits for the sum at its end': { source: `${loop(asked).replace('    return model', '    return loss.item()')}\ndef main(model, loader):\n    start = time.time()\n    train(model, loader, None, 'cuda')\n    print(time.time() - start)\n`, finding, patch: askedGone },
    'another function takes times of its own': { source: `${loop(asked)}\ndef speed(model, x):\n    start = time.time()\n    model(x)\n    return time.time() - start\n`, finding, patch: askedGone, run },
  },
  leaves: {
    'the loop takes times': { source: loop('        torch.cuda.synchronize()\n        print(time.perf_counter() - start)\n', '    start = time.perf_counter()\n'), finding, because: /takes a time/ },
    'a clock behind the loop': { source: loop('        torch.cuda.synchronize()\n').replace('    return model', '    return model, time.monotonic()'), finding, because: /Line 13 takes a time/ },
    'a clock of an object': { source: 'import time\nimport torch\n\nclass Speed:\n    def __init__(self, now=time.perf_counter):\n        self.now = now\n\n    def train(self, model, xs):\n        start = self.now()\n        for x in xs:\n            model(x)\n            torch.cuda.synchronize()\n        return len(xs) / (self.now() - start)\n', finding: { ...finding, function: 'Speed.train' }, because: /takes a time/ },
    'a clock that the constructor keeps': { source: 'import time\nimport torch\n\nclass Speed:\n    def __init__(self):\n        self.now = time.perf_counter\n\n    def train(self, model, xs):\n        start = self.now()\n        for x in xs:\n            model(x)\n            torch.cuda.synchronize()\n        return len(xs) / (self.now() - start)\n', finding: { ...finding, function: 'Speed.train' }, because: /Line 6 takes a time/ },
    'a helper that takes the time': { source: `${loop('        torch.cuda.synchronize()\n        seconds.append(passed())\n', '    seconds = []\n')}\ndef passed():\n    return time.perf_counter()\n`, finding, because: /takes a time/ },
    'an object that measures': { source: `${loop('        torch.cuda.synchronize()\n        meter.stop()\n', '    meter = Meter()\n')}\nclass Meter:\n    def __init__(self):\n        self.start = time.time()\n\n    def stop(self):\n        self.start -= 1\n`, finding, because: /takes a time/ },
    'a timer of another package': { source: loop('        torch.cuda.synchronize()\n', '    watch = stopwatch.start()\n').replace('import time\n', 'import stopwatch\n'), finding, because: /takes a time/ },
    'an event of the device, in a function that the loop calls': { source: `${loop('        torch.cuda.synchronize()\n        mark(step)\n')}\ndef mark(step):\n    events[step].record()\n`, finding, because: /takes a time/ },
    'whoever calls it takes the time': { source: `${loop('        torch.cuda.synchronize()\n')}\ndef main(model, loader):\n    start = time.time()\n    train(model, loader, None, 'cuda')\n    print(time.time() - start)\n`, finding, because: /Line 16 takes a time/ },
    'a measurement in another file, through a function between': { source: { 'train.py': `${loop('        torch.cuda.synchronize()\n').replace('import time\n', '')}\ndef run(model):\n    train(model, [], None, 'cuda')\n`, 'speed.py': 'from time import perf_counter as now\nimport train\n\nbefore = now()\ntrain.run(None)\nprint(now() - before)\n' }, finding, because: /Line 4 of speed.py takes a time/ },
    'a method that a measurement of the class calls': { source: 'import time\nimport torch\n\nclass Speed:\n    def passes(self, model, xs):\n        for x in xs:\n            model(x)\n            torch.cuda.synchronize()\n\n    def measure(self, model, xs):\n        start = time.perf_counter()\n        self.passes(model, xs)\n        return time.perf_counter() - start\n', finding: { ...finding, function: 'Speed.passes' }, because: /Line 11 takes a time/ },
    'a decorator that takes the time': { source: loop('        torch.cuda.synchronize()\n').replace('def train', 'def seconds(run):\n    def inner(*args):\n        start = time.time()\n        run(*args)\n        return time.time() - start\n    return inner\n\n@seconds\ndef train'), finding, because: /takes a time/ },
    'all that a function does': { source: 'import torch\n\ndef settle():\n    torch.cuda.synchronize()\n\ndef run(model, xs):\n    for x in xs:\n        model(x)\n        settle()\n', finding: { ...finding, function: 'settle' }, because: /all that is done in line 3/ },
    'where a person asks for it': { source: loop('        if model.wait:\n            torch.cuda.synchronize()\n'), finding, because: /only where `model.wait` holds/ },
    'it waits every hundred steps': { source: loop('        if step % 100 == 0:\n            torch.cuda.synchronize()\n'), finding, because: /only where `step % 100 == 0` holds/ },
    'it waits once at the end': { source: loop('').replace('    return model', '    torch.cuda.synchronize()\n    return model'), finding, because: /does not stand in a loop/ },
    'a copy to the host does not wait by itself': { source: loop("        kept = x.to('cpu', non_blocking=True)\n        torch.cuda.synchronize()\n"), finding, because: /orders work by itself/ },
    'a function of the same name': { source: 'import torch\nfrom mine import cuda\n\ndef train(xs):\n    for x in xs:\n        cuda.synchronize()\n', finding },
  },
};
