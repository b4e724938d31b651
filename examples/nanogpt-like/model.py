"""A decoder-only transformer over characters, written plainly."""
import math
from dataclasses import dataclass

import torch
import torch.nn as nn
import torch.nn.functional as F


@dataclass
class Shape:
    layers: int = 4
    heads: int = 4
    width: int = 128
    block: int = 128
    batch: int = 32


SIZES = {"full": Shape(), "small": Shape(layers=2, heads=2, width=32, block=32, batch=8)}


class Attention(nn.Module):
    def __init__(self, shape):
        super().__init__()
        self.heads = shape.heads
        self.query = nn.Linear(shape.width, shape.width)
        self.key = nn.Linear(shape.width, shape.width)
        self.value = nn.Linear(shape.width, shape.width)
        self.out = nn.Linear(shape.width, shape.width)

    def forward(self, x):
        batch, length, width = x.shape
        q = self.query(x).view(batch, length, self.heads, width // self.heads).transpose(1, 2)
        k = self.key(x).view(batch, length, self.heads, width // self.heads).transpose(1, 2)
        v = self.value(x).view(batch, length, self.heads, width // self.heads).transpose(1, 2)
        scores = q @ k.transpose(-2, -1) / math.sqrt(width // self.heads)
        mask = torch.tril(torch.ones(length, length)).to(x.device)
        scores = scores.masked_fill(mask == 0, float("-inf"))
        weights = F.softmax(scores, dim=-1)
        y = weights @ v
        return self.out(y.transpose(1, 2).contiguous().view(batch, length, width))


class Layer(nn.Module):
    def __init__(self, shape):
        super().__init__()
        self.norm1 = nn.LayerNorm(shape.width)
        self.attention = Attention(shape)
        self.norm2 = nn.LayerNorm(shape.width)
        self.up = nn.Linear(shape.width, 4 * shape.width)
        self.down = nn.Linear(4 * shape.width, shape.width)

    def forward(self, x):
        x = x + self.attention(self.norm1(x))
        return x + self.down(F.gelu(self.up(self.norm2(x))))


class GPT(nn.Module):
    def __init__(self, letters, shape):
        super().__init__()
        self.tokens = nn.Embedding(letters, shape.width)
        self.positions = nn.Embedding(shape.block, shape.width)
        self.layers = nn.ModuleList([Layer(shape) for _ in range(shape.layers)])
        self.norm = nn.LayerNorm(shape.width)
        self.head = nn.Linear(shape.width, letters)

    def forward(self, x):
        """Logits, batch x length x letters, of the letter after each one of x, batch x length."""
        positions = torch.arange(x.size(1)).to(x.device)
        h = self.tokens(x) + self.positions(positions)
        for layer in self.layers:
            h = layer(h)
        return self.head(self.norm(h))
