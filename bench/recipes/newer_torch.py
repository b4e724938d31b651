"""Gives an older torch the names of a newer one that patches may use, with the meaning of their documentation.

So that a patch for torch 2 can be checked with the torch 1.13 of a distribution. torch.compile never compiles here:
that takes minutes on a CPU, and what is checked is what a program does with the module that it gets.
"""
import functools
import math

import torch
import torch.nn.functional as F


class CompiledModule(torch.nn.Module):
    """As torch.compile wraps a module: the same results, and `_orig_mod.` before the names of its state."""

    def __init__(self, module):
        super().__init__()
        self._orig_mod = module

    def forward(self, *args, **kwargs):
        return self._orig_mod(*args, **kwargs)

    def __getattr__(self, name):
        try:
            return super().__getattr__(name)
        except AttributeError:
            return getattr(super().__getattr__("_orig_mod"), name)


def compile(model=None, **_options):
    if model is None:
        return compile
    return CompiledModule(model) if isinstance(model, torch.nn.Module) else model


def scaled_dot_product_attention(query, key, value, attn_mask=None, dropout_p=0.0, is_causal=False, scale=None):
    """The equivalent code of the documentation of torch 2."""
    length, source = query.size(-2), key.size(-2)
    scale = 1 / math.sqrt(query.size(-1)) if scale is None else scale
    bias = torch.zeros(length, source, dtype=query.dtype, device=query.device)
    if is_causal:
        assert attn_mask is None
        allowed = torch.ones(length, source, dtype=torch.bool, device=query.device).tril()
        bias = bias.masked_fill(~allowed, float("-inf"))
    if attn_mask is not None:
        bias = bias.masked_fill(~attn_mask, float("-inf")) if attn_mask.dtype == torch.bool else bias + attn_mask
    weight = torch.softmax(query @ key.transpose(-2, -1) * scale + bias, dim=-1)
    return torch.dropout(weight, dropout_p, train=True) @ value


def without_fused(initialise):
    """`fused` chooses an implementation, not a result; older optimizers do not know it, or only for CUDA."""

    @functools.wraps(initialise)
    def inner(self, *args, fused=None, **kwargs):
        initialise(self, *args, **kwargs)

    return inner


def provide():
    torch.compile = compile
    if int(torch.__version__.split(".")[0]) >= 2:
        return
    F.scaled_dot_product_attention = scaled_dot_product_attention
    for optimizer in (torch.optim.Adam, torch.optim.AdamW, torch.optim.SGD):
        optimizer.__init__ = without_fused(optimizer.__init__)
