import type { TorchCases } from '../harness.js';

const finding = { function: 'evaluate', at: 'def evaluate', category: 'C5' };
const head = 'import torch\nimport torch.nn as nn\n\n';
const accuracy = `def evaluate(model, loader, device):
    model.eval()
    correct = 0
    total = 0
    for x, y in loader:
        out = model(x.to(device))
        correct += (out.argmax(1) == y.to(device)).sum().item()
        total += y.size(0)
    return correct / total
`;
const run = `
import train
model = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.Dropout(0.5), torch.nn.Linear(4, 2))
data = [(torch.randn(4, 3), torch.randint(0, 2, (4,))) for _ in range(5)]
result = train.evaluate(model, data, 'cpu')
`;

export const noGradientsCases: TorchCases = {
  fires: {
    'numbers come out': { source: head + accuracy, finding, patch: ['+@torch.inference_mode()'], run },
    'tensors come out': {
      source: `${head}def evaluate(model, loader, device):\n    model.eval()\n    outputs = []\n    for x, _ in loader:\n        outputs.append(model(x.to(device)))\n    return torch.cat(outputs)\n`,
      finding,
      patch: ['+@torch.no_grad()'],
      run,
    },
    'the step of a module, by a trainer': {
      source: `${head}class Tagger(nn.Linear):\n    def validation_step(self, batch, i):\n        return (self(batch) > 0).float().mean(dim=0)\n\nclass Trainer:\n    def validate(self, module, loader):\n        module.eval()\n        return torch.stack([module.validation_step(x, i) for i, x in enumerate(loader)]).mean(dim=0)\n\n    def fit(self, module, loader, optimizer):\n        for x in loader:\n            module(x).sum().backward()\n            optimizer.step()\n        print(self.validate(module, loader).mean().item())\n`,
      finding: { ...finding, function: 'Trainer.validate', at: 'def validate' },
      patch: ['+    @torch.no_grad()'],
      run: 'import train\ntorch.manual_seed(1)\nresult = train.Trainer().validate(train.Tagger(3, 2), [torch.randn(4, 3) for _ in range(3)])',
    },
    'a script that trains prints what comes out': {
      source: `${head}device = 'cpu'\n\n${accuracy.replace('return correct / total', 'return torch.tensor(correct / total)')}\nif __name__ == '__main__':\n    model = nn.Linear(3, 2)\n    for x, y in []:\n        model(x).sum().backward()\n        score = evaluate(model, [], device)\n        print(f'{score:.2f}')\n`,
      finding,
      patch: ['+@torch.no_grad()'],
      run,
    },
    'a program that only predicts': {
      source: `${head}def load():\n    model = nn.Linear(3, 2)\n    model.eval()\n    return model\n\ndef first(model, xs):\n    return [model(x).argmax().item() for x in xs]\n`,
      finding: { ...finding, function: 'first', at: 'def first' },
      patch: ['+@torch.inference_mode()'],
      run: 'import train\nresult = train.first(train.load(), [torch.ones(3)])',
    },
    'a model that keeps tensors of its forward pass': {
      source: `${head}class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.layer = nn.Linear(3, 2)\n\n    def forward(self, x):\n        self.cos = torch.cos(torch.arange(3.0))\n        return self.layer(x * self.cos)\n\n${accuracy}`,
      finding,
      patch: ['+@torch.no_grad()'],
      run,
    },
    'a model of a package, in a program that trains': {
      source: `${head}from transformers import AutoModel\n\n${accuracy}\ndef train(x):\n    model = AutoModel.from_pretrained('x')\n    model(x).sum().backward()\n    print(evaluate(model, [], 'cuda'))\n`,
      finding,
      patch: ['+@torch.no_grad()'],
    },
    'a loop of a script that also trains': {
      source: `${head}torch.manual_seed(1)\nmodel = nn.Linear(3, 2)\nopt = torch.optim.SGD(model.parameters(), lr=0.1)\ndata = [(torch.randn(4, 3), torch.randint(0, 2, (4,))) for _ in range(3)]\nfor epoch in range(2):\n    model.train()\n    for x, y in data:\n        opt.zero_grad()\n        nn.functional.cross_entropy(model(x), y).backward()\n        opt.step()\n    model.eval()\n    correct = 0\n    for x, y in data:\n        # hits\n        correct += (model(x).argmax(1) == y).sum().item()\n    print(epoch, correct)\n`,
      finding: { ...finding, function: '<module>', at: 'model.eval()' },
      patch: ['-    for x, y in data:', '-        # hits', '-        correct += (model(x).argmax(1) == y).sum().item()', '+    with torch.inference_mode():', '+        for x, y in data:', '+            # hits', '+            correct += (model(x).argmax(1) == y).sum().item()'],
      run: 'import train',
    },
    'a generator, whose decorator sets the mode for each of its parts': {
      source: `${head}def predict(model, loader):\n    model.eval()\n    for x in loader:\n        yield model(x)\n`,
      finding: { ...finding, function: 'predict', at: 'def predict' },
      patch: ['+@torch.no_grad()'],
      run: 'import train\nlayer = torch.nn.Linear(3, 2)\nresult = [[y, torch.is_grad_enabled()] for y in train.predict(layer, [torch.ones(3)])]',
    },
    'numbers alone leave it, under any name': {
      source: `${head}class Lab:\n    def __init__(self):\n        self.net = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2))\n        self.opt = torch.optim.SGD(self.net.parameters(), lr=0.1)\n\n    def step(self, x):\n        self.net(x).square().mean().backward()\n        self.opt.step()\n\n    def spread(self, xs):\n        found = torch.zeros(2, dtype=torch.bool)\n        for x in xs:\n            found |= (self.net(x) > 0).any(dim=0)\n        return found.float().mean().item()\n`,
      finding: { ...finding, function: 'Lab.spread', at: 'found |=' },
      patch: ['+    @torch.no_grad()'],
      run: 'import train\ntorch.manual_seed(2)\nresult = train.Lab().spread([torch.randn(5, 3)])',
    },
    'a script that trains on nothing of it': {
      source: `${head}torch.manual_seed(1)\nmodel = nn.Linear(3, 2)\nopt = torch.optim.SGD(model.parameters(), lr=0.1)\nx = torch.randn(8, 3)\ncurve = []\nfor epoch in range(3):\n    out = model(x)\n    loss = out.square().mean()\n    opt.zero_grad()\n    loss.backward()\n    opt.step()\n    out = model(-x)\n    check = out.square().mean()\n    curve.append(check.item())\n`,
      finding: { ...finding, function: '<module>', at: 'out = model(-x)' },
      patch: ['-    out = model(-x)', '+    with torch.no_grad():', '+        out = model(-x)'],
      run: 'import train\nresult = train.curve',
    },
    'values that are detached at once': {
      source: `${head}def learn(online, target, opt, s, r, s2):\n    best = target(s2).max(1)[0].detach()\n    loss = (online(s).max(1)[0] - r - 0.9 * best).square().mean()\n    opt.zero_grad()\n    loss.backward()\n    opt.step()\n    return loss.item()\n`,
      finding: { ...finding, function: 'learn', at: 'best =' },
      patch: ['-    best = target(s2).max(1)[0].detach()', '+    with torch.no_grad():', '+        best = target(s2).max(1)[0].detach()'],
      run: 'import train\ntorch.manual_seed(2)\na, b = torch.nn.Linear(3, 2), torch.nn.Linear(3, 2)\nresult = train.learn(a, b, torch.optim.SGD(a.parameters(), lr=0.1), torch.randn(4, 3), torch.randn(4), torch.randn(4, 3))',
    },
    'a teacher that no optimizer has': {
      source: `${head}def distill(student, teacher, data):\n    teacher.eval()\n    opt = torch.optim.SGD(student.parameters(), lr=0.1)\n    for x in data:\n        wish = teacher(x)\n        loss = (student(x) - wish).square().mean()\n        opt.zero_grad()\n        loss.backward()\n        opt.step()\n    return loss.item()\n`,
      finding: { ...finding, function: 'distill', at: 'wish = teacher' },
      patch: ['-        wish = teacher(x)', '+        with torch.no_grad():', '+            wish = teacher(x)'],
      run: 'import train\ntorch.manual_seed(2)\nresult = train.distill(torch.nn.Linear(3, 2), torch.nn.Linear(3, 2), [torch.randn(4, 3) for _ in range(3)])',
    },
    'a copy of the student that follows it': {
      source: `${head}import copy\n\ndef follow(student, data, opt):\n    teacher = copy.deepcopy(student)\n    for x in data:\n        wish = teacher(x)\n        loss = (student(x) - wish.detach()).square().mean()\n        opt.zero_grad()\n        loss.backward()\n        opt.step()\n        for p, q in zip(teacher.parameters(), student.parameters()):\n            p.data.mul_(0.9).add_(q.data, alpha=0.1)\n    return loss.item()\n`,
      finding: { ...finding, function: 'follow', at: 'wish = teacher' },
      patch: ['-        wish = teacher(x)', '+        with torch.no_grad():', '+            wish = teacher(x)'],
      run: 'import train\ntorch.manual_seed(2)\nstudent = torch.nn.Linear(3, 2)\nresult = train.follow(student, [torch.randn(4, 3)] * 3, torch.optim.SGD(student.parameters(), lr=0.1))',
    },
    'keys of a model that takes no gradients, in a forward pass': {
      source: `${head}class Moco(nn.Module):\n    def __init__(self, query, key):\n        super().__init__()\n        self.query, self.key_encoder = query, key\n        for p in self.key_encoder.parameters():\n            p.requires_grad = False\n\n    def forward(self, a, b):\n        q = self.query(a)\n        k = self.key_encoder(b)\n        return (q * k.detach()).sum(1)\n`,
      finding: { ...finding, function: 'Moco.forward', at: 'k = self' },
      patch: ['-        k = self.key_encoder(b)', '+        with torch.no_grad():', '+            k = self.key_encoder(b)'],
      run: 'import train\ntorch.manual_seed(2)\nmodel = train.Moco(torch.nn.Linear(3, 2), torch.nn.Linear(3, 2))\nmodel(torch.ones(2, 3), torch.ones(2, 3)).sum().backward()\nresult = [p.grad for p in model.parameters()]',
    },
    'one statement of a long loop': {
      source: `${head}def collect(policy, env, opt, n):\n    x = env.clone()\n    rewards, values = torch.zeros(n), torch.zeros(n)\n    for step in range(n):\n        out = policy(x)\n        values[step] = out[0].detach()\n        a = int(out[1].item() > 0)\n        x = x + 0.1 * a\n        r = x.sum().item()\n        if r > 4:\n            r = 4.0\n            x = env.clone()\n        rewards[step] = r\n        print(step, r)\n        print(a)\n    loss = (policy(x)[0] - rewards.mean() - values.mean()).square()\n    loss.backward()\n    opt.step()\n    return loss.item()\n`,
      finding: { ...finding, function: 'collect', at: 'out = policy' },
      patch: ['-        out = policy(x)', '+        with torch.no_grad():', '+            out = policy(x)'],
      run: 'import train\ntorch.manual_seed(2)\npolicy = torch.nn.Linear(3, 2)\nresult = [train.collect(policy, torch.ones(3), torch.optim.SGD(policy.parameters(), lr=0.1), 5), policy.weight]',
    },
    'one pass that trains or evaluates': {
      source: `${head}def run_epoch(model, data, optimizer=None):\n    total = 0.0\n    for x in data:\n        out = model(x)\n        loss = out.square().mean()\n        if optimizer is not None:\n            optimizer.zero_grad()\n            loss.backward()\n            optimizer.step()\n        total += loss.item()\n    return total\n`,
      finding: { ...finding, function: 'run_epoch', at: 'out = model' },
      patch: ['-        out = model(x)', '+        with torch.set_grad_enabled(optimizer is not None):', '+            out = model(x)'],
      run: 'import train\ntorch.manual_seed(2)\nmodel = torch.nn.Linear(3, 2)\ndata = [torch.randn(4, 3)] * 3\nresult = [train.run_epoch(model, data, torch.optim.SGD(model.parameters(), lr=0.1)), train.run_epoch(model, data)]',
    },
    'a model that draws, found where it is called': {
      source: `${head}class Talker(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.table = nn.Embedding(5, 5)\n\n    def forward(self, tokens):\n        return self.table(tokens)\n\n    def continue_text(self, tokens, count):\n        for _ in range(count):\n            following = self(tokens[:, -3:])[:, -1].argmax(-1, keepdim=True)\n            tokens = torch.cat((tokens, following), dim=1)\n        return tokens\n\ndef main(model, data, opt):\n    for x in data:\n        model(x).mean().backward()\n        opt.step()\n    return model.continue_text(torch.ones(1, 3, dtype=torch.long), 4)\n\ndef start():\n    model = Talker()\n    return main(model, [], torch.optim.SGD(model.parameters(), lr=0.1))\n`,
      finding: { ...finding, function: 'main', at: 'model.continue_text' },
      patch: ['+    @torch.no_grad()'],
      run: 'import train\ntorch.manual_seed(2)\nresult = train.start()',
    },
  },
  leaves: {
    'it is decorated': { source: `${head}@torch.no_grad()\n${accuracy}`, finding, because: /without gradients already/ },
    'it has a with': { source: `${head}${accuracy.replace('        out = model(x.to(device))', '        with torch.no_grad():\n            out = model(x.to(device))')}`, finding, because: /without gradients already/ },
    'gradients are switched off around it, by a trainer': { source: `${head}class Lit(nn.Module):\n    def validation_step(self, batch):\n        self.log(self(batch).mean().item())\n\nclass Trainer:\n    def fit(self, module, loader, opt):\n        for batch in loader:\n            module(batch).mean().backward()\n            opt.step()\n        torch.set_grad_enabled(False)\n        for batch in loader:\n            module.validation_step(batch)\n        torch.set_grad_enabled(True)\n`, finding: { ...finding, function: 'Lit.validation_step', at: 'self.log' }, because: /All callers of `validation_step`/ },
    'the caller of its caller has one': { source: `${head}${accuracy}\ndef report(model, loaders):\n    return [evaluate(model, loader, 'cuda') for loader in loaders]\n\n@torch.no_grad()\ndef main(model, loaders):\n    print(report(model, loaders))\n`, finding, because: /All callers/ },
    'a decorator of the file': { source: `${head}def quiet(fn):\n    def wrapped(*args):\n        with torch.no_grad():\n            return fn(*args)\n    return wrapped\n\n@quiet\n${accuracy}`, finding, because: /without gradients already/ },
    'a context of the file': { source: `${head}from contextlib import contextmanager\n\n@contextmanager\ndef evaluating(model):\n    model.eval()\n    with torch.no_grad():\n        yield\n\n${accuracy.replace('        out = model(x.to(device))', '        with evaluating(model):\n            out = model(x.to(device))')}`, finding },
    'a stack of contexts': { source: `${head}from contextlib import ExitStack\n\ndef evaluate(model, loader):\n    with ExitStack() as stack:\n        stack.enter_context(torch.no_grad())\n        return [model(x).argmax().item() for x in loader]\n`, finding, because: /without gradients already/ },
    'a script without gradients': { source: `${head}torch.set_grad_enabled(False)\n\n${accuracy}`, finding, because: /runs without gradients: line 4/ },
    'its callers have one': { source: `${head}${accuracy}\ndef main(model, loader):\n    with torch.inference_mode():\n        print(evaluate(model, loader, 'cuda'))\n`, finding, because: /All callers/ },
    'an attack needs gradients': { source: `${head}${accuracy.replace('        correct', '        x.requires_grad_()\n        out.sum().backward()\n        correct')}`, finding, because: /Gradients may be taken/ },
    'training goes through it': { source: `${head}def encode(model, x):\n    return model(x)\n\ndef train(model, head, x, opt):\n    loss = head(encode(model, x)).sum()\n    loss.backward()\n    opt.step()\n`, finding: { ...finding, function: 'encode', at: 'def encode' }, because: /Gradients may be taken through/ },
    'a forward encodes': {
      source: `${head}class VAE(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.encoder = nn.Linear(3, 3)\n\n    def encode(self, x):\n        return self.encoder(x)\n\n    def forward(self, x):\n        return self.encode(x)\n`,
      finding: { ...finding, function: 'VAE.encode', at: 'def encode' },
      because: /method of a model/,
    },
    'training goes through it by other methods': {
      source: `${head}class Trainer:\n    def embed_pair(self, a, b):\n        self.frozen.eval()\n        return self.model(self.frozen(a)), self.model(b)\n\n    def loss(self, a, b):\n        x, y = self.embed_pair(a, b)\n        return (x - y).square().mean()\n\n    def fit(self, pairs):\n        for a, b in pairs:\n            self.loss(a, b).backward()\n            self.optimizer.step()\n`,
      finding: { ...finding, function: 'Trainer.embed_pair', at: 'def embed_pair' },
      because: /Gradients may be taken through what `embed_pair` returns: line 15/,
    },
    'it calls what trains': {
      source: `${head}${accuracy.replace('        out =', '        tune(model, x)\n        out =')}\ndef tune(model, x):\n    model(x).sum().backward()\n`,
      finding,
      because: /`evaluate` calls `tune`, which takes gradients/,
    },
    'a name alone, where the repository trains': {
      source: { 'agent.py': `${head}def score_batch(model, x):\n    return model(x)\n`, 'loop.py': 'def train(agent, x):\n    agent.step(x).backward()\n' },
      finding: { ...finding, function: 'score_batch', at: 'def score_batch' },
      because: /does not call `\.eval\(\)`, and the repository trains/,
    },
    'the losses of parts are added up for one backward pass': { source: `${head}def step(model, parts, opt):\n    losses = []\n    for part in parts:\n        losses.append(model(part).mean())\n    torch.stack(losses).sum().backward()\n    opt.step()\n`, finding: { ...finding, function: 'step', at: 'losses.append' } },
    'a frozen network that a loss goes through': { source: `${head}vgg = nn.Linear(3, 3).eval()\n\ndef perceptual(fake, real):\n    return (vgg(fake) - vgg(real)).square().mean()\n\ndef train(generator, data):\n    opt = torch.optim.SGD(generator.parameters(), lr=0.1)\n    for z, real in data:\n        loss = perceptual(generator(z), real)\n        loss.backward()\n        opt.step()\n`, finding: { ...finding, function: 'perceptual', at: 'vgg(fake)' }, because: /Gradients may be taken through what `perceptual` returns/ },
    'an attack by gradients of the input': { source: `${head}def attack(model, x, y):\n    model.eval()\n    x = x.clone()\n    x.requires_grad = True\n    loss = nn.functional.cross_entropy(model(x), y)\n    grad = torch.autograd.grad(loss, x)[0]\n    return (x + grad.sign()).detach()\n`, finding: { ...finding, function: 'attack', at: 'loss =' }, because: /Gradients may be taken through `loss`/ },
    'a teacher that learns too': { source: `${head}def mutual(student, teacher, data):\n    teacher.eval()\n    opt = torch.optim.SGD([*student.parameters(), *teacher.parameters()], lr=0.1)\n    for x in data:\n        wish = teacher(x)\n        (student(x) - wish).square().mean().backward()\n        opt.step()\n`, finding: { ...finding, function: 'mutual', at: 'wish = teacher' }, because: /Gradients may be taken through `wish`/ },
    'another model goes on with its output': { source: `${head}def train(encoder, head, data, opt):\n    for x in data:\n        h = encoder(x)\n        loss = head(h).mean()\n        loss.backward()\n        opt.step()\n`, finding: { ...finding, function: 'train', at: 'h = encoder' } },
    'a value and its graph are collected for later': { source: `${head}def rollout(policy, xs):\n    values = []\n    for x in xs:\n        values.append(policy(x))\n    return torch.stack(values)\n\ndef train(policy, xs, opt):\n    loss = rollout(policy, xs).mean()\n    loss.backward()\n    opt.step()\n`, finding: { ...finding, function: 'rollout', at: 'values.append' }, because: /Gradients may be taken through what `rollout` returns/ },
    'a model that takes no gradients, but hands on those of its input': { source: `${head}class Perceptual(nn.Module):\n    def __init__(self, vgg):\n        super().__init__()\n        self.vgg = vgg.eval()\n        for p in self.vgg.parameters():\n            p.requires_grad = False\n\n    def forward(self, fake, real):\n        f = self.vgg(fake)\n        return (f - real).abs().mean()\n`, finding: { ...finding, function: 'Perceptual.forward', at: 'f = self' }, because: /method of a model/ },
    'no model is called': { source: `${head}def evaluate(model):\n    model.eval()\n    return sum(p.numel() for p in model.parameters())\n`, finding },
    'a training loop': { source: `${head}def train(model, loader, opt):\n    for x, y in loader:\n        model(x).sum().backward()\n        opt.step()\n`, finding: { ...finding, function: 'train', at: 'def train' } },
  },
};
