import torch
from torch import nn

from .data import ELEMENTS


class Interaction(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.message = nn.Sequential(nn.Linear(2 * dim + 8, dim), nn.SiLU(), nn.Linear(dim, dim))
        self.update = nn.GRUCell(dim, dim)

    def forward(self, h, edges, radial):
        source, target = edges
        messages = self.message(torch.cat([h[source], h[target], radial], dim=-1))
        gathered = torch.zeros_like(h).index_add_(0, target, messages)
        return self.update(gathered, h)


class MolNet(nn.Module):
    """Energy of each molecule, with a head for each element."""

    def __init__(self, dim=32, layers=2):
        super().__init__()
        self.embed = nn.Embedding(ELEMENTS, dim)
        self.layers = nn.ModuleList([Interaction(dim) for _ in range(layers)])
        self.heads = nn.ModuleList([nn.Linear(dim, 1) for _ in range(ELEMENTS)])
        self.scale = nn.Linear(dim, 1)
        self.register_buffer("centres", torch.linspace(0.0, 3.0, 8))

    def forward(self, batch):
        h = self.embed(batch["z"])
        source, target = batch["edges"]
        distance = (batch["pos"][source] - batch["pos"][target]).norm(dim=-1)
        radial = torch.exp(-4.0 * (distance[:, None] - self.centres) ** 2)
        for layer in self.layers:
            h = layer(h, batch["edges"], radial)
        per_atom = h.new_zeros(len(h))
        for element in batch["elements"]:
            chosen = batch["z"] == element
            per_atom = torch.where(chosen, self.heads[element](h).squeeze(-1), per_atom)
        size = int(batch["graph"].max()) + 1
        total = h.new_zeros(size).index_add_(0, batch["graph"], per_atom)
        pooled = torch.stack([h[batch["graph"] == g].mean(dim=0) for g in range(size)])
        return total * (1 + 0.1 * torch.tanh(self.scale(pooled).squeeze(-1)))
