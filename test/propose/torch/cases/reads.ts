import type { Firing, TorchCases } from '../harness.js';
import { keptValuesFiring, keptValuesLeft } from './kept-values.js';
import { metersFiring, metersLeft } from './meters.js';
import { stepsFiring, stepsLeft } from './steps.js';
import { sumsFiring, sumsLeft } from './sums.js';

const finding = { function: 'train', at: '.item()', category: 'C3', rule: 'C3-scalar-read' };
const run = `
import train
model = torch.nn.Linear(3, 2)
data = [(torch.randn(4, 3), torch.randint(0, 2, (4,))) for _ in range(7)]
result = [train.train(model, data, torch.optim.SGD(model.parameters(), lr=0.1), 'cpu'), model.state_dict()]
`;

/** A loop of training with lines in it, and around it. */
const program = (body: string, { before = '', after = '', head = 'for step, (x, y) in enumerate(loader):', scope = '' } = {}): string => `import math
import torch
import torch.nn.functional as F
${scope}
def train(model, loader, optimizer, device):
    model.train()
${before}    ${head}
        x, y = x.to(device), y.to(device)
        optimizer.zero_grad()
        logits = model(x)
        loss = F.cross_entropy(logits, y)
        loss.backward()
        optimizer.step()
${body}${after}`;

/** A list that each step appends the value of a tensor to. */
function list(name: string, { tensor, kept, back = "value.item() if hasattr(value, 'item') else value", before = `    ${name} = []\n`, step = '', behind = '', result = name }: { tensor: string; kept: string; back?: string; before?: string; step?: string; behind?: string; result?: string }): Firing {
  return {
    source: program(`${step}        ${name}.append(${tensor}.item())\n${behind}`, { before, after: `    return ${result}\n` }),
    finding,
    patch: [`-        ${name}.append(${tensor}.item())`, `+        ${name}.append(${kept})`, `+    ${name}[:] = [${back} for value in ${name}]`],
    run,
  };
}

export const accumulateOnDeviceCases: TorchCases = {
  fires: {
    ...sumsFiring,
    ...stepsFiring,
    ...metersFiring,
    ...keptValuesFiring,
    'a sum of losses and a count': {
      source: program('        total_loss += loss.item()\n        correct += (logits.argmax(dim=1) == y).sum().item()  # hits\n', { before: '    total_loss = 0.0\n    correct = 0\n', after: '    return total_loss / len(loader), correct\n' }),
      finding,
      patch: ['-        total_loss += loss.item()', '-        correct += (logits.argmax(dim=1) == y).sum().item()  # hits', '+        total_loss += loss.detach().double()', '+        correct += (logits.argmax(dim=1) == y).sum()  # hits', '+    total_loss = float(total_loss)', '+    correct = int(correct)'],
      run,
    },
    'weighted by the size of the batch, shown now and then': {
      source: program("        running += loss.item() * x.size(0)\n        if step % 3 == 2:\n            print(f'{step}: {running / 3:.4f}')\n            running = 0.0\n", { before: '    running, seen = 0.0, 0\n', after: '    return running\n' }),
      finding: { ...finding, category: 'C1', rule: 'C1-idle-device' },
      patch: ['-        running += loss.item() * x.size(0)', '+        running += loss.detach().double() * x.size(0)', '+            running = float(running)', '+    running = float(running)'],
      run,
    },
    'a list of losses': list('losses', { tensor: 'loss', kept: 'loss.detach()', back: 'float(value)' }),
    'a list of a parameter that the next step changes': list('scales', { tensor: 'model.bias[0]', kept: 'model.bias[0].detach().clone()', before: '    scales, other = [], 0\n', behind: '        optimizer.step()\n' }),
    'a list of a mean that changes in place': list('history', { tensor: 'mean', kept: 'mean.detach().clone()', back: 'float(value)', before: '    mean = torch.zeros(())\n    history = []\n', step: '        mean.mul_(0.9).add_(loss.detach(), alpha=0.1)\n' }),
    'a list of indices': list('best', { tensor: 'logits[0].argmax()', kept: 'logits[0].argmax().detach()', result: "[['a', 'b'][i] for i in best]" }),
    'first a number, then added': {
      source: program("        value = loss.item()\n        total += value\n        if step % 2 == 0:\n            print('loss', value)\n", { before: '    total = 0\n', after: '    return total\n' }),
      finding,
      patch: ['-        value = loss.item()', '-        total += value', '+        value = loss.detach()', '+        total += value.double()', '+            value = float(value)', '+    total = float(total)'],
      run,
    },
    'at the top of a script, in every epoch': {
      source: `import torch\nfrom torch import nn\n\ntorch.manual_seed(3)\nmodel = nn.Linear(3, 1)\ncriterion = nn.MSELoss()\noptimizer = torch.optim.SGD(model.parameters(), lr=0.1)\nloader = [(torch.randn(4, 3), torch.randn(4, 1)) for _ in range(5)]\n\ndef unrelated():\n    total = 3\n    return total\n\nfor epoch in range(2):\n    total = 0\n    for x, y in loader:\n        loss = criterion(model(x), y)\n        optimizer.zero_grad()\n        loss.backward()\n        optimizer.step()\n        total += loss.item()\n    print(epoch, total / len(loader))\n`,
      finding: { ...finding, function: '<module>' },
      patch: ['-        total += loss.item()', '+        total += loss.detach().double()', '+    total = float(total)'],
      run: 'import train',
    },
    'an evaluation': {
      source: 'import torch\n\n@torch.no_grad()\ndef train(model, loader, optimizer, device):\n    correct = total = 0\n    for x, y in loader:\n        predicted = model(x.to(device)).argmax(1)\n        hits = predicted.eq(y.to(device))\n        correct += hits.sum().item()\n        total += y.size(0)\n    return correct / total\n',
      finding,
      patch: ['-        correct += hits.sum().item()', '+        correct += hits.sum()', '+    correct = int(correct)'],
      run,
    },
  },
  leaves: {
    ...sumsLeft,
    ...stepsLeft,
    ...metersLeft,
    ...keptValuesLeft,
    'the value decides when to stop': { source: program('        total += loss.item()\n        if loss.item() < 0.01:\n            break\n', { before: '    total = 0.0\n', after: '    return total\n' }), finding: { ...finding, at: 'if loss.item()' }, because: /decides in line \d+ what is done next/ },
    'the sum decides when to stop': { source: program('        total += loss.item()\n        if total > 100:\n            break\n', { before: '    total = 0.0\n' }), finding, because: /`total` is needed in line \d+, in every iteration/ },
    'a name that decides': { source: program("        value = loss.item()\n        if not math.isfinite(value):\n            raise ValueError('diverged')\n"), finding, because: /`value` is needed in line \d+, in every iteration/ },
    'a scheduler needs it in every iteration': { source: program('        scheduler.step(loss.item())\n'), finding, because: /needed in line \d+/ },
    'it is fetched now and then already': { source: program("        if step % 100 == 0:\n            print(loss.item())\n"), finding, because: /fetched only where `step % 100 == 0` holds/ },
    'labels that are on the host': { source: program('', { head: 'for x, y in loader:' }).replace('        x, y = x.to(device), y.to(device)\n', '        seen.append(y.item())\n').replace('    model.train()\n', '    model.train()\n    seen = []\n'), finding, because: /on the host/ },
    'whole batches': { source: program('        kept.append(logits.cpu())\n', { before: '    kept = []\n', after: '    return kept\n' }), finding: { ...finding, at: '.cpu()' }, because: /may be more than one value/ },
    'a list of the caller': { source: program('        history.append(loss.item())\n').replace('device):', 'device, history):'), finding, because: /`history` is not made as an empty list in this function/ },
    'a list that an object has': { source: program('        history.append(loss.item())\n', { before: '    history = []\n    model.history = history\n' }), finding, because: /`history` is used in line \d+, before the loop/ },
    'a loop that may be interrupted': { source: 'import torch\n\ndef train(model, loader, criterion):\n    total = 0.0\n    try:\n        for x, y in loader:\n            loss = criterion(model(x.cuda()), y.cuda())\n            loss.backward()\n            total += loss.item()\n    except KeyboardInterrupt:\n        pass\n    return total\n', finding, because: /`total` is used in line 12, where an exception that leaves the loop may lead/ },
    'once behind the loop': { source: program('', { after: '    return loss.item()\n' }), finding },
    'once behind the loop, by a loop over epochs': { source: `${program('', { after: '    return loss.item()\n' })}\ndef fit(model, loader, optimizer):\n    history = []\n    for epoch in range(3):\n        history.append(train(model, loader, optimizer))\n    return history\n`, finding },
    'the sum is of the module': { source: program('        total += loss.item()\n', { before: '    global total\n', scope: 'total = 0.0\n' }), finding, because: /cannot be seen|another function/ },
    'of unknown type': { source: program('        total += model.count.item()\n', { before: '    total = 0\n', after: '    return total\n' }), finding, because: /whether `model.count` is a whole number/ },
    'a finding of the data loader': { source: program('        total += loss.item()\n', { before: '    total = 0.0\n', after: '    return total\n' }), finding: { ...finding, category: 'C7', rule: 'C7-data-loader' } },
  },
};

export const readAtIntervalCases: TorchCases = {
  fires: {
    'printed now and then': {
      source: program("        value = loss.item()\n        if step % 3 == 0:\n            print(f'{step}: {value:.4f}')\n"),
      finding,
      patch: ['-        value = loss.item()', '+        value = loss.detach()', '+            value = float(value)'],
      run,
    },
    'a parameter, before the step that changes it': {
      source: program("        bias = model.bias[0].item()\n        optimizer.step()\n        if step % 3 == 0:\n            print(f'{step}: {bias:.4f}')\n"),
      finding,
      patch: ['-        bias = model.bias[0].item()', '+        bias = model.bias[0].detach().clone()', '+            bias = bias.item()'],
      run: run.replace('result', 'lines = []\ntrain.print = lines.append\nresult').trimEnd() + '\nresult.append(lines)\n',
    },
    'the norm of the gradient, recorded in the last step': {
      source: program("        norm = torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0).item()\n        if (step + 1) % 5 == 0:\n            print('norm', norm)\n"),
      finding,
      patch: ['-        norm = torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0).item()', '+        norm = torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0).detach()', '+            norm = float(norm)'],
      run,
    },
  },
  leaves: {
    'it is returned from a function in the loop': { source: program('        value = loss.item()\n        return value\n'), finding },
    'another function reads it': { source: program('        value = loss.item()\n        if step % 3 == 0:\n            print((lambda: value)())\n'), finding },
  },
};

/** Epochs, each with a line and a value of its own, kept in a list. */
const epochs = (step: string): string => `import torch
import torch.nn.functional as F

def train(model, loader, optimizer, device):
    curve = []
    for epoch in range(3):
        losses = []
        for step, (x, y) in enumerate(loader):
            loss = F.cross_entropy(model(x.to(device)), y.to(device))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss)
${step}        mean = torch.stack(losses).mean().item()
        curve.append(mean)
        print('epoch', epoch, mean)
    return curve
`;

export const logAtIntervalCases: TorchCases = {
  fires: {
    'a line in every step': {
      source: program("        print(f'step {step} loss {loss.item():.4f}')\n        lr = 0.1\n"),
      finding,
      patch: ["-        print(f'step {step} loss {loss.item():.4f}')", '+        if step % 50 == 0:', "+            print(f'step {step} loss {loss.item():.4f}')"],
      run: run.replace('result', 'import builtins\ntrain.print = lambda *args: None\nresult'),
    },
    'a progress bar that shows the mean': {
      source: program('        total += loss.item()\n        bar.set_postfix(loss=total / (step + 1))\n', { head: 'for step, (x, y) in enumerate(bar):', before: '    bar = Bar(loader)\n    total = 0.0\n', after: '    return total\n', scope: '\nclass Bar(list):\n    def set_postfix(self, loss):\n        assert isinstance(loss, float)\n' }),
      finding,
      patch: ['-        total += loss.item()', '-        bar.set_postfix(loss=total / (step + 1))', '+        total += loss.detach().double()', '+        if step % 50 == 0:', '+            total = float(total)', '+            bar.set_postfix(loss=total / (step + 1))', '+    total = float(total)'],
      run,
    },
    'a record of each step': {
      source: program("        record = {'loss': loss.item(), 'step': step}\n        log(record)\n", { scope: '\ndef log(record):\n    pass\n' }).replace('log(record)\n', 'wandb.log(record)\n').replace('import math', 'import math\nimport types\nwandb = types.SimpleNamespace(log=lambda record: None)'),
      finding,
      patch: ["-        record = {'loss': loss.item(), 'step': step}", '-        wandb.log(record)', '+        if step % 50 == 0:', "+            record = {'loss': loss.item(), 'step': step}", '+            wandb.log(record)'],
      run,
    },
    'a method that makes a step': {
      source: `import torch\nimport torch.nn.functional as F\n\nclass Trainer:\n    def __init__(self, model, optimizer, writer):\n        self.model, self.optimizer, self.writer, self.steps = model, optimizer, writer, 0\n\n    def step(self, x, y):\n        loss = F.cross_entropy(self.model(x), y)\n        self.optimizer.zero_grad()\n        loss.backward()\n        self.optimizer.step()\n        self.steps += 1\n        self.writer.add_scalar('loss', loss.item(), self.steps)\n        self.writer.add_scalar('weight', self.model.weight.norm().item(), self.steps)\n\ndef train(model, loader, optimizer, device):\n    writer = type('Writer', (), {'add_scalar': lambda *given: None})()\n    trainer = Trainer(model, optimizer, writer)\n    for x, y in loader:\n        trainer.step(x, y)\n    return trainer.steps\n`,
      finding: { ...finding, function: 'Trainer.step' },
      patch: ["-        self.writer.add_scalar('loss', loss.item(), self.steps)", "-        self.writer.add_scalar('weight', self.model.weight.norm().item(), self.steps)", '+        if self.steps % 50 == 0:', "+            self.writer.add_scalar('loss', loss.item(), self.steps)", "+            self.writer.add_scalar('weight', self.model.weight.norm().item(), self.steps)"],
      run,
    },
    'a loop that does not count': {
      source: program('        writer.log(loss.item())\n', { head: 'for x, y in loader:', scope: '\nclass Writer:\n    def log(self, value):\n        pass\n\nwriter = Writer()\n' }),
      finding,
      patch: ['-    for x, y in loader:', '+    for step, (x, y) in enumerate(loader):', '-        writer.log(loss.item())', '+        if step % 50 == 0:', '+            writer.log(loss.item())'],
      run,
    },
    'a range that goes in steps of its own': {
      source: program("        print(f'at {start}: {loss.item():.4f}')\n", { head: 'for start in range(0, len(loader), 2):' }).replace('x, y = x.to(device), y.to(device)', 'x, y = loader[start]'),
      finding,
      patch: ['-    for start in range(0, len(loader), 2):', '+    for step, start in enumerate(range(0, len(loader), 2)):', "-        print(f'at {start}: {loss.item():.4f}')", '+        if step % 50 == 0:', "+            print(f'at {start}: {loss.item():.4f}')"],
      run: run.replace('result', 'import builtins\ntrain.print = lambda *args: None\nresult'),
    },
    'the steps, and not the epochs around them': {
      source: epochs("            print(f'{step}: {loss.item():.4f}')\n"),
      finding,
      patch: ["-            print(f'{step}: {loss.item():.4f}')", '+            if step % 50 == 0:', "+                print(f'{step}: {loss.item():.4f}')"],
      run: run.replace('result', "import builtins\ntrain.print = lambda *args: print(*args) if 'epoch' in args else None\nresult"),
    },
  },
  leaves: {
    'a line of each epoch': { source: epochs(''), finding, because: /once for all iterations of the loop in line 8/ },
    'the value decides too': { source: program('        print(loss.item())\n        if loss.item() < 0.1:\n            break\n'), finding, because: /decides in line/ },
    'once an epoch': { source: program('', { after: '    print(loss.item())\n' }), finding },
    'numbers of the host': { source: program('        print(step, len(loader))\n'), finding: { ...finding, at: 'print' } },
  },
};
