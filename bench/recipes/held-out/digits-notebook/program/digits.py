#!/usr/bin/env python
# coding: utf-8

# # Digits from seven segments, with noise
# A small experiment: how far does a narrow net get? (exported with nbconvert)

# In[1]:


import os

import matplotlib_free as plt
import numpy as np
import torch
import torch.nn as nn
from torch.utils.data import DataLoader, TensorDataset

EPOCHS = int(os.environ.get("EPOCHS", 30))
N = int(os.environ.get("N", 20000))
device = "cuda" if torch.cuda.is_available() else "cpu"
torch.manual_seed(2)


# In[2]:


SEGMENTS = ["1110111", "0010010", "1011101", "1011011", "0111010", "1101011", "1101111", "1010010", "1111111", "1111011"]
table = torch.tensor([[float(c) for c in s] for s in SEGMENTS])


def make(n, seed):
    g = torch.Generator().manual_seed(seed)
    y = torch.randint(0, 10, (n,), generator=g)
    x = table[y] + 0.35 * torch.randn(n, 7, generator=g)
    return x, y


train_x, train_y = make(N, 0)
test_x, test_y = make(N // 4, 1)
train_loader = DataLoader(TensorDataset(train_x, train_y), batch_size=128, shuffle=True)
print(train_x.shape, train_x.element_size() * train_x.nelement() / 1e6, "MB")


# In[3]:


net = nn.Sequential(nn.Linear(7, 32), nn.ReLU(), nn.Dropout(0.05), nn.Linear(32, 10)).to(device)
criterion = nn.CrossEntropyLoss()
opt = torch.optim.Adam(net.parameters(), lr=5e-3)
train_accs, test_accs, lrs = [], [], []


# In[4]:


for epoch in range(EPOCHS):
    net.train()
    acc, n = 0, 0
    for xb, yb in train_loader:
        xb, yb = xb.to(device), yb.to(device)
        out = net(xb)
        loss = criterion(out, yb)
        opt.zero_grad()
        loss.backward()
        opt.step()
        acc += (out.argmax(1) == yb).float().sum().item()
        n += len(yb)
    train_accs.append(acc / n)
    net.eval()
    pred = net(test_x.to(device)).argmax(1).cpu()
    test_accs.append((pred == test_y).float().mean().item())
    # halve the rate when the test set gets worse
    if len(test_accs) > 1 and test_accs[-1] < test_accs[-2]:
        for group in opt.param_groups:
            group["lr"] /= 2
    lrs.append(opt.param_groups[0]["lr"])
    if epoch % 5 == 0:
        print(f"{epoch:3d} train {train_accs[-1]:.3f} test {test_accs[-1]:.3f}")

plt.curve({"train": train_accs, "test": test_accs})


# In[5]: which digits are mistaken for which?


confusion = np.zeros((10, 10), dtype=int)
for truth, guess in zip(test_y, pred):
    confusion[truth.item(), guess.item()] += 1
print(confusion)


# In[6]: how much does each segment matter?  (finite differences would do, the gradient is exact)


x = test_x[:256].to(device).requires_grad_(True)
score = net(x).logsumexp(1).sum()
score.backward()
importance = x.grad.abs().mean(0).cpu().numpy()
plt.bars(importance)


# In[7]: does it know when it does not know? blend two digits, and step until the answer flips


flips = []
for a, b in [(0, 8), (3, 9), (5, 6), (1, 7)]:
    blend = 0.0
    while blend < 1.0:
        mixed = (1 - blend) * table[a] + blend * table[b]
        with torch.no_grad():
            if net(mixed.to(device)).argmax().item() != a:
                break
        blend += 0.05
    flips.append(round(blend, 2))
print("flips at", flips)
