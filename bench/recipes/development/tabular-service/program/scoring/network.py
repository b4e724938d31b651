import torch
from torch import nn


class TabularNet(nn.Module):
    """Embeddings for the categories, numbers as they are, and three layers."""

    def __init__(self, cardinalities, numbers, hidden=64):
        super().__init__()
        self.embeddings = nn.ModuleList([nn.Embedding(n, min(16, (n + 1) // 2)) for n in cardinalities])
        width = sum(e.embedding_dim for e in self.embeddings) + numbers
        self.body = nn.Sequential(nn.Linear(width, hidden), nn.ReLU(), nn.Dropout(0.2), nn.Linear(hidden, hidden), nn.ReLU(), nn.Dropout(0.2))
        self.head = nn.Linear(hidden, 1)

    def forward(self, categories, numbers):
        parts = [embedding(categories[:, i]) for i, embedding in enumerate(self.embeddings)]
        return self.head(self.body(torch.cat(parts + [numbers], dim=1))).squeeze(1)


def export(folder, seed=0):
    """Writes what the training job would: weights, vocabularies and statistics of the columns."""
    import json
    import os

    torch.manual_seed(seed)
    vocabularies = {"country": ["CH", "DE", "FR", "IT", "US"], "device": ["phone", "tablet", "desktop"], "plan": ["free", "basic", "pro", "team"]}
    model = TabularNet([len(words) + 1 for words in vocabularies.values()], 4)
    torch.save(model.state_dict(), os.path.join(folder, "weights.pt"))
    with open(os.path.join(folder, "vocabularies.json"), "w") as f:
        json.dump(vocabularies, f)
    with open(os.path.join(folder, "columns.json"), "w") as f:
        json.dump({"names": ["age", "visits", "spent", "days"], "mean": [41.0, 12.5, 230.0, 400.0], "std": [14.0, 9.0, 310.0, 220.0]}, f)
