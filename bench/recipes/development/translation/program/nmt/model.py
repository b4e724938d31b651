import numpy as np
import torch
from torch import nn

from .layers import DecoderLayer, EncoderLayer

PAD, START, END = 0, 1, 2


def subsequent_mask(size):
    """Ones where a position may look: at itself and before."""
    return torch.from_numpy(np.tril(np.ones((1, 1, size, size), dtype=np.uint8)))


class Translator(nn.Module):
    def __init__(self, words, d_model=32, n_head=4, longest=16):
        super().__init__()
        self.src = nn.Embedding(words, d_model, padding_idx=PAD)
        self.tgt = nn.Embedding(words, d_model, padding_idx=PAD)
        self.register_buffer("position", torch.arange(longest).float().unsqueeze(1) / longest)
        self.encoder = EncoderLayer(d_model, n_head)
        self.decoder = DecoderLayer(d_model, n_head)
        self.generator = nn.Linear(d_model, words)

    def encode(self, source):
        mask = (source != PAD)[:, None, None, :]
        return self.encoder(self.src(source) + self.position[:source.size(1)], mask)

    def decode(self, memory, target):
        mask = subsequent_mask(target.size(1)).to(target.device)
        x = self.decoder(self.tgt(target) + self.position[:target.size(1)], memory, mask)
        return self.generator(x)

    def forward(self, source, target):
        return self.decode(self.encode(source), target)

    @torch.no_grad()
    def translate(self, source, limit=8):
        """Greedy; with the alignment of the last word."""
        self.eval()
        memory = self.encode(source)
        out = torch.full((source.size(0), 1), START, device=source.device)
        for _ in range(limit):
            word = self.decode(memory, out)[:, -1].argmax(-1, keepdim=True)
            out = torch.cat([out, word], dim=1)
            if bool((out == END).any(dim=1).all()):
                break
        return out, self.decoder.cross.last
