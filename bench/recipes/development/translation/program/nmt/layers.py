import math

import torch
from torch import nn


class SelfAttention(nn.Module):
    def __init__(self, d_model, n_head):
        super().__init__()
        self.n_head = n_head
        self.d_head = d_model // n_head
        self.qkv = nn.Linear(d_model, d_model * 3)
        self.out = nn.Linear(d_model, d_model)

    def forward(self, x, mask=None):
        b, t, c = x.size()
        qkv = self.qkv(x).view(b, t, 3, self.n_head, self.d_head).permute(2, 0, 3, 1, 4)
        query, key, value = qkv[0], qkv[1], qkv[2]
        att = torch.matmul(query, key.transpose(-1, -2)) / math.sqrt(self.d_head)
        if mask is not None:
            att = att.masked_fill(mask == 0, float("-inf"))
        att = torch.softmax(att, dim=-1)
        y = torch.matmul(att, value)
        return self.out(y.transpose(1, 2).reshape(b, t, c))


class CrossAttention(nn.Module):
    """Attends to the source. Its weights are the alignment that `translate` returns."""

    def __init__(self, d_model):
        super().__init__()
        self.q = nn.Linear(d_model, d_model)
        self.kv = nn.Linear(d_model, d_model * 2)

    def forward(self, x, memory):
        query = self.q(x)
        key, value = self.kv(memory).chunk(2, dim=-1)
        att = torch.matmul(query, key.transpose(-1, -2)) / math.sqrt(query.size(-1))
        att = torch.softmax(att, dim=-1)
        self.last = att
        return torch.matmul(att, value)


class EncoderLayer(nn.Module):
    def __init__(self, d_model, n_head):
        super().__init__()
        self.attn = SelfAttention(d_model, n_head)
        self.ff = nn.Sequential(nn.Linear(d_model, 2 * d_model), nn.ReLU(), nn.Linear(2 * d_model, d_model))
        self.n1 = nn.LayerNorm(d_model)
        self.n2 = nn.LayerNorm(d_model)

    def forward(self, x, mask):
        x = self.n1(x + self.attn(x, mask))
        return self.n2(x + self.ff(x))


class DecoderLayer(EncoderLayer):
    def __init__(self, d_model, n_head):
        super().__init__(d_model, n_head)
        self.cross = CrossAttention(d_model)
        self.n3 = nn.LayerNorm(d_model)

    def forward(self, x, memory, mask):
        x = self.n1(x + self.attn(x, mask))
        x = self.n3(x + self.cross(x, memory))
        return self.n2(x + self.ff(x))
