"""A decoder-only transformer over characters."""
import math

import torch
import torch.nn as nn
import torch.nn.functional as F


class CausalSelfAttention(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.heads = config.heads
        self.project_in = nn.Linear(config.width, 3 * config.width)
        self.project_out = nn.Linear(config.width, config.width)
        self.dropout = nn.Dropout(config.dropout)

    def forward(self, x):
        batch, length, width = x.shape
        q, k, v = self.project_in(x).split(width, dim=2)
        q = q.view(batch, length, self.heads, width // self.heads).transpose(1, 2)
        k = k.view(batch, length, self.heads, width // self.heads).transpose(1, 2)
        v = v.view(batch, length, self.heads, width // self.heads).transpose(1, 2)

        scores = q @ k.transpose(-2, -1) / math.sqrt(k.size(-1))
        mask = torch.tril(torch.ones(length, length, device=x.device))
        scores = scores.masked_fill(mask == 0, float("-inf"))
        weights = F.softmax(scores, dim=-1)
        y = weights @ v

        y = y.transpose(1, 2).contiguous().view(batch, length, width)
        return self.dropout(self.project_out(y))


class PooledAttention(nn.Module):
    """Summarises a sequence by one learned query. The weights are drawn in the reports of `inspect_weights`."""

    def __init__(self, config):
        super().__init__()
        self.query = nn.Parameter(torch.randn(config.width) * 0.02)
        self.key = nn.Linear(config.width, config.width)

    def forward(self, x):
        scores = self.key(x) @ self.query / math.sqrt(x.size(-1))
        weights = F.softmax(scores, dim=-1)
        pooled = (weights.unsqueeze(1) @ x).squeeze(1)
        return pooled, weights


class Block(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.norm1 = nn.LayerNorm(config.width)
        self.attention = CausalSelfAttention(config)
        self.norm2 = nn.LayerNorm(config.width)
        self.mlp = nn.Sequential(
            nn.Linear(config.width, 4 * config.width),
            nn.GELU(),
            nn.Linear(4 * config.width, config.width),
        )

    def forward(self, x):
        x = x + self.attention(self.norm1(x))
        return x + self.mlp(self.norm2(x))


class LanguageModel(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.config = config
        self.token_embedding = nn.Embedding(config.vocabulary, config.width)
        self.position_embedding = nn.Embedding(config.block, config.width)
        self.blocks = nn.ModuleList(Block(config) for _ in range(config.layers))
        self.norm = nn.LayerNorm(config.width)
        self.head = nn.Linear(config.width, config.vocabulary, bias=False)
        self.pool = PooledAttention(config)

    def forward(self, tokens, targets=None):
        positions = torch.arange(tokens.size(1)).to(tokens.device)
        x = self.token_embedding(tokens) + self.position_embedding(positions)
        for block in self.blocks:
            x = block(x)
        logits = self.head(self.norm(x))
        if targets is None:
            return logits, None
        return logits, F.cross_entropy(logits.view(-1, logits.size(-1)), targets.view(-1))

    @torch.no_grad()
    def inspect_weights(self, tokens):
        x = self.token_embedding(tokens)
        _, weights = self.pool(x)
        return weights

    @torch.no_grad()
    def generate(self, tokens, count, stop_token=None):
        for _ in range(count):
            logits, _ = self(tokens[:, -self.config.block:])
            following = logits[:, -1].argmax(dim=-1, keepdim=True)
            tokens = torch.cat([tokens, following], dim=1)
            if stop_token is not None and (following == stop_token).all().item():
                break
        return tokens
