# Contrastive learning on spectra, then nearest neighbours. One script, run as it is: python contrastive.py
import os

import torch
import torch.multiprocessing as mp
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import DataLoader, Dataset

# CUDA cannot be used in forked processes, and another library starts some.
mp.set_start_method("spawn", force=True)

EPOCHS = int(os.environ.get("EPOCHS", 20))
COUNT = int(os.environ.get("COUNT", 2048))
BATCH = 32
TEMPERATURE = 0.2
device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
torch.manual_seed(21)


class Spectra(Dataset):
    def __init__(self, count, seed):
        g = torch.Generator().manual_seed(seed)
        self.kind = torch.randint(0, 6, (count,), generator=g)
        lines = torch.rand(6, 64, generator=g).round()
        self.values = lines[self.kind] + 0.3 * torch.randn(count, 64, generator=g)

    def __len__(self):
        return len(self.kind)

    def __getitem__(self, i):
        return self.values[i], self.kind[i]


class Encoder(nn.Module):
    def __init__(self, width=64, out=16):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(64, width), nn.BatchNorm1d(width), nn.ReLU(), nn.Linear(width, width), nn.ReLU())
        self.project = nn.Linear(width, out)

    def forward(self, x):
        return F.normalize(self.project(self.net(x)), dim=1)


def augment(x):
    keep = torch.rand_like(x) > 0.2
    return x * keep + 0.1 * torch.randn_like(x)


def nt_xent(a, b):
    n = a.size(0)
    z = torch.cat([a, b])
    logits = z @ z.t() / TEMPERATURE
    logits.fill_diagonal_(float("-inf"))
    labels = torch.cat([torch.arange(n) + n, torch.arange(n)]).to(a.device)
    return F.cross_entropy(logits, labels)


train_set, test_set = Spectra(COUNT, 1), Spectra(COUNT // 4, 1)
train_loader = DataLoader(train_set, batch_size=BATCH, shuffle=True, drop_last=True)
encoder = Encoder().to(device)
optimizer = torch.optim.AdamW(encoder.parameters(), lr=1e-3, weight_decay=1e-4)
warm = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: min(1.0, (step + 1) / 20))

losses = []
spikes = 0
for epoch in range(EPOCHS):
    total = 0.0
    hardest = None
    for spectra, _ in train_loader:
        spectra = spectra.to(device)
        loss = nt_xent(encoder(augment(spectra)), encoder(augment(spectra)))
        optimizer.zero_grad()
        loss.backward()
        current = loss.detach().cpu()
        if hardest is not None and current > 2 * hardest:
            spikes += 1
            continue
        hardest = current if hardest is None else torch.maximum(hardest, current)
        optimizer.step()
        warm.step()
        total += loss.item()
    losses.append(total / len(train_loader))
    print("epoch", epoch, "loss", round(losses[-1], 4), "spikes", spikes)


def embed(dataset):
    encoder.eval()
    parts, kinds = [], []
    for spectra, kind in DataLoader(dataset, batch_size=256):
        parts.append(encoder(spectra.to(device)))
        kinds.append(kind.to(device))
    return torch.cat(parts), torch.cat(kinds)


def neighbours(bank, bank_kinds, queries, kinds, k=5):
    right = 0
    for query, kind in zip(queries, kinds):
        nearest = (bank @ query).topk(k).indices
        vote = bank_kinds[nearest].mode().values
        right += (vote == kind).item()
    return right / len(kinds)


def nearest_until_sure(bank, bank_kinds, query, most=9):
    """Asks one neighbour after the other until one kind leads by three: returns the kind and how many were asked."""
    order = (bank @ query).argsort(descending=True)
    votes = torch.zeros(6, dtype=torch.long, device=bank.device)
    for asked in range(1, most + 1):
        votes[bank_kinds[order[asked - 1]]] += 1
        first, second = votes.topk(2).values
        if (first - second >= 3).item():
            break
    return int(votes.argmax()), asked


bank, bank_kinds = embed(train_set)
queries, query_kinds = embed(test_set)
accuracy = neighbours(bank, bank_kinds, queries, query_kinds)
sure = [nearest_until_sure(bank, bank_kinds, query) for query in queries[:8]]
print("accuracy", accuracy, "asked", [asked for _, asked in sure])
