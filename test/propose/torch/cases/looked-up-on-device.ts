import type { TorchCases } from '../harness.js';

const finding = { function: 'extract', at: '.cpu()', category: 'C4', rule: 'C4-small-copies' };
const program = (body: string, given = 'self.sqrt_alphas_cumprod', more = ''): string => `import torch

def extract(a, t, shape):
${body}
${more}
class Diffusion:
    def __init__(self, steps, device):
        self.device = device
        betas = torch.linspace(1e-4, 0.02, steps)
        self.sqrt_alphas_cumprod = (1 - betas).cumprod(0).sqrt()
        self.rows = torch.arange(40.0)

    def noisy(self, x, t):
        return extract(${given}, t, x.shape) * x
`;
const run = "import train\nresult = train.Diffusion(20, 'cpu').noisy(torch.ones(3, 2), torch.tensor([0, 7, 19]))";
const gathered = '    out = a.gather(-1, t.cpu())\n    return out.reshape(t.shape[0], *((1,) * (len(shape) - 1))).to(t.device)\n';

export const lookedUpOnDeviceCases: TorchCases = {
  fires: {
    'gathered, and moved back later': { source: program(gathered), finding, patch: ['-    out = a.gather(-1, t.cpu())', '+    out = a.to(t.device).gather(-1, t)'], run },
    'by an index': { source: program("    return a[t.cpu()].view(-1, *([1] * (len(shape) - 1))).to(t.device)\n"), finding, patch: ['-    return a[t.cpu()].view(-1, *([1] * (len(shape) - 1))).to(t.device)', '+    return a.to(t.device)[t].view(-1, *([1] * (len(shape) - 1))).to(t.device)'], run },
  },
  leaves: {
    'a table that may be large': { source: program(gathered, 'self.rows'), finding, because: /how large `a` is/ },
    'it stays on the host': { source: program('    out = a.gather(-1, t.cpu())\n    return out.reshape(-1, 1)\n'), finding, because: /goes to `t.device` again/ },
    'it is there already': { source: program('    return a.gather(-1, t).reshape(-1, 1)\n'), finding: { ...finding, at: 'gather' } },
  },
};
