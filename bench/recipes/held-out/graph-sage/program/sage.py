"""GraphSAGE on a graph of communities, by mini-batches of sampled neighbours."""
import argparse
import random
import tempfile
from pathlib import Path

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F


class Graph:
    """Neighbours as lists, features of each node, the community as label."""

    def __init__(self, nodes, classes=5, dim=32, seed=0):
        rng = np.random.default_rng(seed)
        self.labels = torch.from_numpy(rng.integers(0, classes, nodes))
        centres = rng.normal(size=(classes, dim))
        self.features = torch.from_numpy((centres[self.labels.numpy()] + rng.normal(0, 2.5, (nodes, dim))).astype(np.float32))
        self.neighbours = [[] for _ in range(nodes)]
        members = [np.flatnonzero(self.labels.numpy() == c) for c in range(classes)]
        for node in range(nodes):
            own = rng.choice(members[self.labels[node]], 4)
            for other in [*own, rng.integers(0, nodes)]:
                self.neighbours[node].append(int(other))
                self.neighbours[other].append(node)


def sample_neighbours(graph, nodes, fanout):
    """`fanout` neighbours of each node, with repetition when it has fewer."""
    sampled = []
    for node in nodes:
        around = graph.neighbours[node]
        sampled.append(random.sample(around, fanout) if len(around) >= fanout else random.choices(around, k=fanout))
    return sampled


class SAGELayer(nn.Module):
    def __init__(self, dim_in, dim_out):
        super().__init__()
        self.own, self.around = nn.Linear(dim_in, dim_out), nn.Linear(dim_in, dim_out, bias=False)

    def forward(self, h_own, h_around):
        """h_around: n x fanout x dim."""
        return self.own(h_own) + self.around(h_around.mean(dim=1))


class SAGE(nn.Module):
    def __init__(self, dim, hidden, classes, fanouts):
        super().__init__()
        self.fanouts = fanouts
        self.layer1, self.layer2 = SAGELayer(dim, hidden), SAGELayer(hidden, classes)

    def forward(self, x, blocks):
        """x: features of the nodes that the blocks speak of; blocks: positions in it, outermost last."""
        targets, first, second = blocks
        n, f1 = first.shape
        h_first = F.relu(self.layer1(x[first.flatten()], x[second]))
        h_targets = F.relu(self.layer1(x[targets], x[first]))
        return self.layer2(h_targets, h_first.view(n, f1, -1))


def make_blocks(graph, batch, fanouts):
    """Numbers of all nodes that are needed, and the blocks as positions among them."""
    first = sample_neighbours(graph, batch, fanouts[0])
    second = sample_neighbours(graph, [n for row in first for n in row], fanouts[1])
    needed = sorted({*batch, *(n for row in first for n in row), *(n for row in second for n in row)})
    where = {node: position for position, node in enumerate(needed)}
    blocks = (
        torch.tensor([where[n] for n in batch]),
        torch.tensor([[where[n] for n in row] for row in first]),
        torch.tensor([[where[n] for n in row] for row in second]),
    )
    return torch.tensor(needed), blocks


def similarity_loss(embeddings, labels):
    """Pulls each embedding towards the mean of its community in the batch."""
    centres = torch.zeros_like(embeddings)
    for i in range(embeddings.size(0)):
        centres[i] = embeddings[labels == labels[i]].mean(dim=0)
    return (embeddings - centres.detach()).pow(2).mean()


def run_batch(model, graph, batch, device):
    needed, blocks = make_blocks(graph, batch, model.fanouts)
    x = graph.features[needed].to(device)
    y = graph.labels[batch].to(device)
    return model(x, [block.to(device) for block in blocks]), y


@torch.no_grad()
def accuracy(model, graph, nodes, batch_size, device):
    model.eval()
    correct = 0
    for start in range(0, len(nodes), batch_size):
        logits, y = run_batch(model, graph, nodes[start:start + batch_size], device)
        correct += int((logits.argmax(dim=1) == y).sum())
    return correct / len(nodes)


def main(argv=None):
    parser = argparse.ArgumentParser()
    parser.add_argument("--nodes", type=int, default=20000)
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--batch-size", type=int, default=256)
    parser.add_argument("--fanouts", type=int, nargs=2, default=(5, 5))
    parser.add_argument("--out", default=tempfile.gettempdir())
    args = parser.parse_args(argv)
    random.seed(0)
    torch.manual_seed(0)
    device = torch.device("cuda:0" if torch.cuda.is_available() else "cpu")
    graph = Graph(args.nodes)
    model = SAGE(graph.features.size(1), 48, 5, args.fanouts).to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    scheduler = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, mode="max", factor=0.3, patience=1)
    order = list(range(args.nodes))
    random.shuffle(order)
    split = int(0.8 * args.nodes)
    train, valid = order[:split], order[split:]
    history = []
    for epoch in range(args.epochs):
        model.train()
        random.shuffle(train)
        for start in range(0, len(train), args.batch_size):
            logits, y = run_batch(model, graph, train[start:start + args.batch_size], device)
            loss = F.cross_entropy(logits, y) + 0.01 * similarity_loss(logits, y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        acc = accuracy(model, graph, valid, args.batch_size, device)
        scheduler.step(acc)
        history.append((acc, loss.item()))
        print(f"epoch {epoch} loss {loss.item():.3f} acc {acc:.3f} lr {optimizer.param_groups[0]['lr']:.4f}")
    np.save(Path(args.out, "weights.npy"), model.layer2.own.weight.detach().cpu().numpy())
    return model, history


if __name__ == "__main__":
    main()
