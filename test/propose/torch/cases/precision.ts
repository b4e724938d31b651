import type { TorchCases } from '../harness.js';

const finding = { function: 'train', at: 'model(x)', category: 'C5', rule: 'C5-fp32-gemm' };
const script = ({ setting = '', step = '', imports = 'import torch\nfrom torch import nn\n' } = {}): string => `"""Trains."""
${imports}${setting}
device = 'cuda' if torch.cuda.is_available() else 'cpu'


def train(model, batches, optimizer):
    for x, y in batches:
        x = x.to(device)
        optimizer.zero_grad()
        # forward
        out = model(x)
        loss = nn.functional.mse_loss(out, y.to(device))
${step}        loss.backward()
        optimizer.step()


if __name__ == '__main__':
    model = nn.Linear(8, 1).to(device)
    train(model, [], torch.optim.SGD(model.parameters(), lr=0.1))
`;
const run = `
import train
model = torch.nn.Linear(8, 1)
train.train(model, [(torch.randn(4, 8), torch.randn(4, 1))] * 3, torch.optim.SGD(model.parameters(), lr=0.1))
result = model.state_dict()
`;

export const tf32Cases: TorchCases = {
  fires: {
    'in the script': { source: script(), finding, patch: ["+torch.set_float32_matmul_precision('high')", '+'], run },
    'the multiplication is in a module': {
      source: { 'model.py': 'import torch.nn as nn\n\nclass Net(nn.Module):\n    def forward(self, x):\n        return x @ self.w\n', 'main.py': "from torch import nn\nfrom model import Net\n\nif __name__ == '__main__':\n    Net().cuda()\n" },
      finding: { ...finding, function: 'Net.forward', at: 'x @ self.w', file: 'model.py' },
      patch: ['@ main.py', '+import torch', "+torch.set_float32_matmul_precision('high')", '+'],
    },
  },
  leaves: {
    'it is set': { source: script({ setting: "torch.set_float32_matmul_precision('highest')\n" }), finding, because: /sets the precision itself, in line 4/ },
    'the old way': { source: script({ setting: 'torch.backends.cuda.matmul.allow_tf32 = False\n' }), finding, because: /sets the precision itself/ },
    'under autocast': { source: script().replace('        out = model(x)', "        with torch.autocast('cuda', dtype=torch.bfloat16):\n            out = model(x)"), finding, because: /half precision already/ },
    'in double precision': { source: script({ setting: 'torch.set_default_dtype(torch.float64)\n' }), finding, because: /minds its precision/ },
    'on the host': { source: 'import torch\n\ndef train(model, x):\n    return model(x)\n', finding, because: /does not use CUDA/ },
    'a finding of fills': { source: script(), finding: { ...finding, rule: 'C5-fills' } },
  },
};

export const bf16AutocastCases: TorchCases = {
  fires: {
    'the forward pass and the loss': {
      source: script(),
      finding,
      patch: ['-        out = model(x)', '-        loss = nn.functional.mse_loss(out, y.to(device))', "+        with torch.autocast('cuda' if torch.cuda.is_available() else 'cpu', dtype=torch.bfloat16, enabled=torch.cuda.is_available()):", '+            out = model(x)', '+            loss = nn.functional.mse_loss(out, y.to(device))'],
      // Without a device, in every version: no error, no warning, the same numbers.
      // Other programs run in the same process.
      run: `import warnings\nwith warnings.catch_warnings():\n    warnings.simplefilter('error')\n${run.replaceAll(/^(?=.)/gm, '    ')}`,
    },
  },
  leaves: {
    'under autocast already': { source: script().replace('        out = model(x)', '        with torch.cuda.amp.autocast():\n            out = model(x)'), finding, because: /chooses a precision itself/ },
    'the model is half': { source: script({ setting: 'dtype = torch.bfloat16\n' }), finding, because: /chooses a precision itself/ },
    'no loss by name': { source: script().replace('loss.backward()', 'losses[0].backward()'), finding, because: /which statements are the forward pass/ },
  },
};
