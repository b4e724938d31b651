"""Node classification on one graph, with message passing written by hand (no torch_geometric)."""
import argparse
import copy
import math

import numpy as np
import torch
import torch.nn.functional as F
from torch.nn import Linear, Module, ModuleList, Parameter


class Graph:
    """x: N x F, edge_index: 2 x E with both directions, y: N, and three masks over the nodes."""

    def __init__(self, x, edge_index, y, train_mask, val_mask, test_mask):
        self.x, self.edge_index, self.y = x, edge_index, y
        self.train_mask, self.val_mask, self.test_mask = train_mask, val_mask, test_mask

    @property
    def num_nodes(self):
        return self.x.size(0)


def block_model(num_nodes=600, num_classes=4, num_features=32, seed=0):
    """A graph whose nodes prefer neighbours of their own class."""
    rng = np.random.default_rng(seed)
    y = rng.integers(0, num_classes, num_nodes)
    p = np.where(y[:, None] == y[None, :], 8.0 / num_nodes, 1.5 / num_nodes)
    upper = np.triu(rng.random((num_nodes, num_nodes)) < p, 1)
    src, dst = np.nonzero(upper | upper.T)
    x = rng.normal(size=(num_nodes, num_features)) + 0.4 * np.eye(num_classes, num_features)[y]
    kind = rng.permutation(num_nodes)
    masks = [torch.from_numpy((kind >= lo * num_nodes) & (kind < hi * num_nodes)) for lo, hi in ((0, .2), (.2, .5), (.5, 1))]
    return Graph(torch.tensor(x, dtype=torch.float), torch.tensor(np.stack([src, dst])), torch.from_numpy(y), *masks)


class GCNConv(Module):
    def __init__(self, in_channels, out_channels):
        super().__init__()
        self.lin = Linear(in_channels, out_channels, bias=False)
        self.bias = Parameter(torch.zeros(out_channels))

    def forward(self, x, edge_index):
        num_nodes = x.size(0)
        # self loops
        loop = torch.arange(num_nodes).to(edge_index.device)
        edge_index = torch.cat([edge_index, torch.stack([loop, loop])], dim=1)
        row, col = edge_index
        deg = torch.zeros(num_nodes, device=x.device).index_add_(0, col, torch.ones(col.size(0), device=x.device))
        deg_inv_sqrt = deg.pow(-0.5)
        norm = deg_inv_sqrt[row] * deg_inv_sqrt[col]
        x = self.lin(x)
        return torch.zeros_like(x).index_add_(0, col, norm.unsqueeze(1) * x[row]) + self.bias


class GCN(Module):
    def __init__(self, in_channels, hidden, num_classes, num_layers=2, dropout=0.5):
        super().__init__()
        sizes = [in_channels] + [hidden] * (num_layers - 1) + [num_classes]
        self.convs = ModuleList(GCNConv(a, b) for a, b in zip(sizes[:-1], sizes[1:]))
        self.dropout = dropout

    def forward(self, x, edge_index):
        for i, conv in enumerate(self.convs):
            x = F.dropout(x, p=self.dropout, training=self.training)
            x = conv(x, edge_index)
            if i < len(self.convs) - 1:
                x = F.relu(x)
        return F.log_softmax(x, dim=1)


def smoothness(x, edge_index, num_nodes):
    """How far a node's features are from the mean of its neighbours, on average: a statistic of the data."""
    total = 0.0
    for node in range(num_nodes):
        neighbours = edge_index[0][edge_index[1] == node]
        if neighbours.numel() == 0:
            continue
        total += (x[node] - x[neighbours].mean(dim=0)).norm().item()
    return total / num_nodes


def train(model, data, optimizer, device):
    model.train()
    optimizer.zero_grad()
    out = model(data.x.to(device), data.edge_index.to(device))
    mask = data.train_mask.to(device)
    loss = F.nll_loss(out[mask], data.y.to(device)[mask])
    loss.backward()
    optimizer.step()
    return loss.item()


def test(model, data, device):
    model.eval()
    pred = model(data.x.to(device), data.edge_index.to(device)).argmax(dim=-1)
    correct = pred == data.y.to(device)
    masks = torch.stack([data.train_mask, data.val_mask, data.test_mask]).to(device)
    accs = (correct & masks).sum(dim=1).double() / masks.sum(dim=1)
    return accs.tolist()


def uncertainty(model, data, device, samples=10):
    """Spread of the predictions under dropout, which is on here on purpose."""
    model.train()
    with torch.no_grad():
        x, edge_index = data.x.to(device), data.edge_index.to(device)
        probs = torch.stack([model(x, edge_index).exp() for _ in range(samples)])
    return probs.std(dim=0).mean(dim=1)


def saliency(model, data, device, node):
    """The gradient of a node's own class with respect to all features."""
    model.eval()
    x = data.x.to(device).clone().requires_grad_()
    edge_index = data.edge_index.to(device)
    out = model(x, edge_index)
    out[node, out[node].argmax()].backward()
    return x.grad.abs().sum(dim=1)


def run(args):
    torch.manual_seed(args.seed)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    data = block_model(args.nodes)
    model = GCN(data.x.size(1), args.hidden, 4, args.layers).to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=args.lr, weight_decay=5e-4)
    losses = []
    best_val_acc = test_acc = 0
    best_state, waited = None, 0
    for epoch in range(1, args.epochs + 1):
        losses.append(train(model, data, optimizer, device))
        train_acc, val_acc, tmp_test_acc = test(model, data, device)
        if val_acc > best_val_acc:
            best_val_acc, test_acc, waited = val_acc, tmp_test_acc, 0
            best_state = copy.deepcopy(model.state_dict())
        else:
            waited += 1
        if waited > args.patience or not math.isfinite(losses[-1]):
            break
        if epoch % 20 == 0:
            print(f"Epoch: {epoch:03d}, Train: {train_acc:.4f}, Val: {best_val_acc:.4f}, Test: {test_acc:.4f}")
    model.load_state_dict(best_state)
    rough = smoothness(data.x.to(device), data.edge_index.to(device), data.num_nodes)
    return {"losses": losses, "val": best_val_acc, "test": test_acc, "epochs": epoch, "rough": rough,
            "uncertainty": uncertainty(model, data, device), "saliency": saliency(model, data, device, 0)}


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--nodes", type=int, default=600)
    parser.add_argument("--hidden", type=int, default=32)
    parser.add_argument("--layers", type=int, default=2)
    parser.add_argument("--lr", type=float, default=0.01)
    parser.add_argument("--epochs", type=int, default=200)
    parser.add_argument("--patience", type=int, default=40)
    parser.add_argument("--seed", type=int, default=0)
    run(parser.parse_args())
