import torch
import torch.nn.functional as F
from torch import nn


class CausalConv(nn.Module):
    def __init__(self, width, kernel, dilation):
        super().__init__()
        self.left = (kernel - 1) * dilation
        self.norm = nn.LayerNorm(width)
        self.conv = nn.Conv1d(width, 2 * width, kernel, dilation=dilation)

    def forward(self, x):
        y = F.pad(self.norm(x).transpose(1, 2), (self.left, 0))
        return x + F.glu(self.conv(y), dim=1).transpose(1, 2)


class ConvLM(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.config = config
        self.embed = nn.Embedding(config.vocab_size, config.width)
        self.layers = nn.ModuleList(CausalConv(config.width, config.kernel, 2 ** i) for i in range(config.layers))
        self.head = nn.Linear(config.width, config.vocab_size)

    def forward(self, tokens):
        x = self.embed(tokens)
        for layer in self.layers:
            x = layer(x)
        return self.head(x)


def smoothed_loss(logits, target, smoothing):
    """Cross entropy with label smoothing, averaged over all tokens."""
    classes = logits.size(-1)
    log_prob = logits.log_softmax(dim=-1)
    one_hot = torch.zeros_like(logits).scatter_(-1, target.unsqueeze(-1), 1.0)
    soft = one_hot * (1.0 - smoothing) + smoothing / classes
    return -(soft * log_prob).sum(dim=-1).mean()


def token_losses(logits, target):
    return F.cross_entropy(logits.transpose(1, 2), target, reduction="none")
