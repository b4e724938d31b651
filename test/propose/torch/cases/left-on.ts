import type { TorchCases } from '../harness.js';

const steps = (before = '', behind = '', head = ''): string => `import gc
import torch

${head}def train(model, data, opt):
    for i, x in enumerate(data):
${before}        loss = model(x).square().mean()
        opt.zero_grad()
        loss.backward()
        opt.step()
${behind}    return loss.item()
`;
const run = `
import train
torch.manual_seed(1)
model = torch.nn.Linear(3, 2)
result = train.train(model, [torch.randn(4, 3) for _ in range(3)], torch.optim.SGD(model.parameters(), lr=0.1))
`;
const cache = { function: 'train', at: 'empty_cache', category: 'C3' };

export const keptCacheCases: TorchCases = {
  fires: {
    'both, in each step': { source: steps('', '        gc.collect()\n        torch.cuda.empty_cache()\n'), finding: cache, patch: ['-        gc.collect()', '-        torch.cuda.empty_cache()'], run },
    'with the question whether there is a device': { source: steps('        if torch.cuda.is_available():\n            torch.cuda.empty_cache()\n'), finding: cache, patch: ['-        if torch.cuda.is_available():', '-            torch.cuda.empty_cache()'], run },
    'in a step that a loop calls': {
      source: 'import torch\n\nclass Fit:\n    def step(self, x):\n        loss = x.mean()\n        torch.cuda.empty_cache()\n        return loss\n\n    def run(self, xs):\n        return [self.step(x) for x in xs] + [self.all(xs)]\n\n    def all(self, xs):\n        for x in xs:\n            last = self.step(x)\n        return last\n',
      finding: { ...cache, function: 'Fit.step' },
      patch: ['-        torch.cuda.empty_cache()'],
      run: 'import train\nresult = train.Fit().run([torch.ones(2)])',
    },
  },
  leaves: {
    'once': { source: steps('', '    torch.cuda.empty_cache()\n'), finding: cache, because: /called once/ },
    'now and then': { source: steps('', '        if i % 100 == 0:\n            torch.cuda.empty_cache()\n'), finding: cache, because: /only where `i % 100 == 0`/ },
    'after an exception': { source: steps('        try:\n            model(x)\n        except RuntimeError:\n            torch.cuda.empty_cache()\n'), finding: cache, because: /after an exception/ },
    'memory is measured': { source: steps('        torch.cuda.empty_cache()\n', '        print(torch.cuda.memory_allocated())\n'), finding: cache, because: /measures the memory/ },
    'a model is dropped': { source: 'import torch\n\ndef train(makers, fit):\n    for make in makers:\n        model = make()\n        fit(model)\n        del model\n        torch.cuda.empty_cache()\n', finding: cache, because: /drops a whole model/ },
    'the count is used': { source: steps('', '        print(gc.collect())\n'), finding: { ...cache, at: 'gc.collect' }, because: /is used/ },
  },
};

const anomaly = { function: 'train', at: 'loss.backward()', category: 'C5' };

export const noDebuggingCases: TorchCases = {
  fires: {
    'for the whole program': { source: steps('', '', 'torch.autograd.set_detect_anomaly(True)\n\n'), finding: anomaly, patch: ['-torch.autograd.set_detect_anomaly(True)'], run },
    'around a step': {
      source: steps().replace('        loss.backward()', '        with torch.autograd.detect_anomaly():\n            loss.backward()'),
      finding: anomaly,
      patch: ['-        with torch.autograd.detect_anomaly():', '-            loss.backward()', '+        loss.backward()'],
      run,
    },
  },
  leaves: {
    'an option decides': { source: steps('', '', 'import sys\ntorch.autograd.set_detect_anomaly("--debug" in sys.argv)\n\n'), finding: anomaly, because: /decides whether/ },
    'only where it is asked for': { source: steps('', '', 'debug = False\nif debug:\n    torch.autograd.set_detect_anomaly(True)\n\n'), finding: anomaly, because: /only where `debug` holds/ },
    'off': { source: steps('', '', 'torch.autograd.set_detect_anomaly(False)\n\n'), finding: anomaly, because: /off already/ },
    'another context too': { source: steps().replace('        loss.backward()', '        with torch.autograd.detect_anomaly(), torch.autograd.set_multithreading_enabled(False):\n            loss.backward()'), finding: anomaly, because: /other contexts/ },
    'nothing of the kind': { source: steps(), finding: anomaly },
  },
};
