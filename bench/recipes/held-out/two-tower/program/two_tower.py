"""Two towers: a user from what was read last, an item from its number and its topic."""
import argparse
from types import SimpleNamespace

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, Dataset

PAD = 0


def make_log(users, items, topics, seed):
    """For each user the items that were read, in order; each user likes one topic. Items are numbered from 1."""
    rng = np.random.default_rng(seed)
    topic_of = rng.integers(0, topics, items + 1)
    by_topic = [np.flatnonzero(topic_of[1:] == t) + 1 for t in range(topics)]
    log = []
    for _ in range(users):
        own = by_topic[rng.integers(0, topics)]
        length = int(rng.integers(4, 15))
        log.append([int(rng.choice(own)) if rng.random() < 0.8 else int(rng.integers(1, items + 1)) for _ in range(length)])
    return log, torch.from_numpy(topic_of)


class Interactions(Dataset):
    """A user, the item that came next, and items that the user never read."""

    def __init__(self, log, items, negatives, rng):
        self.examples = [(u, t) for u, read in enumerate(log) for t in range(1, len(read) - 1)]
        self.log, self.items, self.negatives, self.rng = log, items, negatives, rng

    def __len__(self):
        return len(self.examples)

    def draw(self, known):
        while True:
            item = int(self.rng.integers(1, self.items + 1))
            if item not in known:
                return item

    def __getitem__(self, i):
        user, t = self.examples[i]
        known = set(self.log[user])
        return user, t, self.log[user][t], torch.tensor([self.draw(known) for _ in range(self.negatives)])


class Histories:
    """What each user had read, the last `length` of it."""

    def __init__(self, log, length):
        self.log, self.length = log, length

    def before(self, users, times):
        batch = torch.full((len(users), self.length), PAD, dtype=torch.long)
        for row, (u, t) in enumerate(zip(users.tolist(), times.tolist())):
            recent = self.log[u][max(0, t - self.length):t]
            for column, item in enumerate(recent):
                batch[row, column] = item
        return batch


class TwoTower(nn.Module):
    def __init__(self, items, topic_of, topics, dim):
        super().__init__()
        self.items = nn.Embedding(items + 1, dim, padding_idx=PAD, sparse=True)
        self.topics = nn.Embedding(topics, dim)
        self.user = nn.Sequential(nn.Linear(dim, dim), nn.ReLU(), nn.Linear(dim, dim))
        self.item = nn.Sequential(nn.Linear(2 * dim, dim), nn.ReLU(), nn.Linear(dim, dim))
        self.register_buffer("topic_of", topic_of)

    def user_vectors(self, history):
        known = (history != PAD).unsqueeze(-1)
        mean = (self.items(history) * known).sum(1) / known.sum(1).clamp(min=1)
        return F.normalize(self.user(mean), dim=-1)

    def item_vectors(self, items):
        both = torch.cat([self.items(items), self.topics(self.topic_of[items])], dim=-1)
        return F.normalize(self.item(both), dim=-1)


def train_epoch(model, loader, histories, optimizers, device, temperature):
    model.train()
    total = 0.0
    for users, times, positive, negative in loader:
        history = histories.before(users, times).to(device)
        candidates = torch.cat([positive[:, None], negative], dim=1).to(device)
        scores = torch.einsum("bd,bnd->bn", model.user_vectors(history), model.item_vectors(candidates)) / temperature
        loss = F.cross_entropy(scores, torch.zeros(len(users), dtype=torch.long, device=device))
        for optimizer in optimizers:
            optimizer.zero_grad()
        loss.backward()
        for optimizer in optimizers:
            optimizer.step()
        total += loss.item() * len(users)
    return total / len(loader.dataset)


@torch.no_grad()
def recommend(model, histories, log, items, k, device):
    """The k best items of each user that were not among those the user had read, best first."""
    model.eval()
    vectors = model.item_vectors(torch.arange(1, items + 1, device=device))
    users = torch.arange(len(log))
    towers = model.user_vectors(histories.before(users, torch.tensor([len(read) - 1 for read in log])).to(device))
    lists = []
    for u in range(len(log)):
        scores = vectors @ towers[u]
        best = (scores.topk(k + histories.length).indices + 1).cpu().tolist()
        seen = set(log[u][:-1][-histories.length:])
        lists.append([item for item in best if item not in seen][:k])
    return lists


def main(argv=None):
    parser = argparse.ArgumentParser()
    for name, value in {"users": 4000, "items": 2000, "topics": 12, "dim": 32, "negatives": 8, "history": 6, "batch_size": 256, "epochs": 8, "k": 10}.items():
        parser.add_argument("--" + name.replace("_", "-"), type=int, default=value)
    a = parser.parse_args(argv)
    torch.manual_seed(0)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    log, topic_of = make_log(a.users, a.items, a.topics, seed=0)
    data = Interactions(log, a.items, a.negatives, np.random.default_rng(1))
    loader = DataLoader(data, batch_size=a.batch_size, shuffle=True)
    histories = Histories(log, a.history)
    model = TwoTower(a.items, topic_of, a.topics, a.dim).to(device)
    dense = [p for name, p in model.named_parameters() if name != "items.weight"]
    optimizers = [
        torch.optim.SparseAdam([model.items.weight], lr=0.01),
        torch.optim.Adam(dense, lr=0.003),
    ]
    history = [train_epoch(model, loader, histories, optimizers, device, temperature=0.2) for _ in range(a.epochs)]
    lists = recommend(model, histories, log, a.items, a.k, device)
    recall = float(np.mean([read[-1] in found for read, found in zip(log, lists)]))
    print(f"losses {history}, recall@{a.k} {recall:.3f}")
    return SimpleNamespace(model=model, history=history, lists=lists, recall=recall, rng=data.rng)


if __name__ == "__main__":
    main()
