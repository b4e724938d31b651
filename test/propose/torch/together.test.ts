import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { recipeProposer } from '../../../src/propose/recipe-proposer.js';
import { findingAt } from '../recipes/harness.js';
import { lineDiff, patched } from './harness.js';

const model = `import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(8, 8)

    def forward(self, x):
        return torch.relu(self.layer(x))
`;
const train = `import torch
from model import Net

model = Net().to('cuda')
optimizer = torch.optim.AdamW(model.parameters())
total = 0.0
for step in range(100):
    x = torch.randn(32, 8, device='cuda')
    out = model(x)
    loss = out.square().mean()
    optimizer.zero_grad(set_to_none=False)
    loss.backward()
    optimizer.step()
    total += loss.item()
print(total)
`;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'perfloop-torch-'));
  await writeFile(join(folder, 'model.py'), model);
  await writeFile(join(folder, 'train.py'), train);
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const examine = async (category: string, rule: string, line = 14) => {
  const finding = { ...findingAt('(module)', line, 'python', 'train.py'), category, rule };
  return recipeProposer().examine(finding, { worktree: folder });
};

test('what pays together is one candidate, of ways to one end the first', async () => {
  const { candidates } = await examine('C1', 'C1-idle-device', 7);
  expect(candidates.map(({ recipe }) => recipe)).toEqual(['accumulate-on-device', 'zero-grad-none', 'fused-optimizer', 'torch-compile', 'cuda-graphs', 'accumulate-on-device+zero-grad-none+fused-optimizer+torch-compile']);
  const all = candidates.at(-1);
  expect(all?.changesResults).toBe('rounding');
  expect(lineDiff({ 'train.py': train }, patched({ 'train.py': train }, all as never))).toEqual([
    '-optimizer = torch.optim.AdamW(model.parameters())',
    '+model = torch.compile(model)',
    '+optimizer = torch.optim.AdamW(model.parameters(), fused=True)',
    '-    optimizer.zero_grad(set_to_none=False)',
    '+    optimizer.zero_grad(set_to_none=True)',
    '-    total += loss.item()',
    '+    total += loss.detach().double()',
    '+total = float(total)',
  ]);
});

test('a change of precision stays alone, and says what it is', async () => {
  const { candidates } = await examine('C5', 'C5-fp32-gemm');
  expect(candidates.map(({ recipe, changesResults }) => [recipe, changesResults])).toEqual([
    ['tf32', 'precision'],
    ['bf16-autocast', 'precision'],
  ]);
  expect(candidates[0]?.rationale).toContain('Changes: numbers are computed with fewer bits');
});

test('a finding of another kind gives nothing, and what only looks like a case has a reason', async () => {
  expect(await examine('C6', 'C6-stragglers')).toMatchObject({ candidates: [] });
  await writeFile(join(folder, 'train.py'), train.replace('print(total)', '').replace('total += loss.item()', 'total += loss.item()\n    if total > 9: break'));
  const { candidates, refusals } = await examine('C3', 'C3-scalar-read');
  expect(candidates).toEqual([]);
  expect(refusals).toMatchObject([{ recipe: 'accumulate-on-device', file: 'train.py', line: 14, reason: expect.stringContaining('`total` is needed in line 15') as string }]);
});
