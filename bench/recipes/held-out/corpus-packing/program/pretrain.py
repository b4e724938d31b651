"""Tokenizes a corpus of lines, packs it into blocks, and trains a small GRU language model on it, easy blocks first.

    python pretrain.py WORKDIR --epochs 3
"""
import argparse
import collections
import json
import math
import os
import re

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.data import DataLoader, Dataset, Sampler

SPECIAL = ["<pad>", "<unk>", "<eol>"]


def write_corpus(path, lines, seed=0):
    rng = np.random.default_rng(seed)
    who, does, what = ["the cat", "a dog", "my aunt", "the crow"], ["sees", "wants", "has"], ["a fish", "the moon", "nine stones", "some bread"]
    with open(path, "w") as f:
        for _ in range(lines):
            f.write(json.dumps({"text": " and ".join(f"{rng.choice(who)} {rng.choice(does)} {rng.choice(what)}" for _ in range(rng.integers(1, 4)))}) + "\n")


class Lines(Dataset):
    """The texts of a file with a JSON object in each line."""

    def __init__(self, path):
        self.path = path
        with open(path) as f:
            self.count = sum(1 for _ in f)

    def __len__(self):
        return self.count

    def __getitem__(self, i):
        with open(self.path) as f:
            line = f.readlines()[i]
        return json.loads(line)["text"]


class Vocabulary:
    def __init__(self, texts, size):
        counts = collections.Counter(word for text in texts for word in self.words(text))
        self.words_by_id = SPECIAL + [word for word, _ in counts.most_common(size - len(SPECIAL))]
        self.ids = {word: i for i, word in enumerate(self.words_by_id)}

    @staticmethod
    def words(text):
        return re.findall(r"\w+|\S", text.lower())

    def encode(self, text):
        return [self.ids.get(word, 1) for word in self.words(text)] + [2]


def pack(texts, vocabulary, block):
    """All texts in a row, cut into blocks of block + 1 tokens that overlap by one."""
    tokens = torch.tensor([t for text in texts for t in vocabulary.encode(text)])
    count = (len(tokens) - 1) // block
    return torch.stack([tokens[n * block:n * block + block + 1] for n in range(count)])


class EasyFirst(Sampler):
    """Blocks that were easy when they were last seen come first. In place of every tenth comes one of the hardest so far."""

    def __init__(self, count):
        self.difficulty = np.zeros(count)

    def __len__(self):
        return len(self.difficulty)

    def __iter__(self):
        for place, number in enumerate(np.argsort(self.difficulty, kind="stable").tolist(), 1):
            yield int(self.difficulty.argmax()) if place % 10 == 0 else number

    def seen(self, numbers, losses):
        self.difficulty[numbers] = losses


class Blocks(Dataset):
    def __init__(self, blocks):
        self.blocks = blocks

    def __len__(self):
        return len(self.blocks)

    def __getitem__(self, i):
        return i, self.blocks[i, :-1], self.blocks[i, 1:]


class GRULM(nn.Module):
    def __init__(self, vocab, dim):
        super().__init__()
        self.embed, self.rnn, self.head = nn.Embedding(vocab, dim), nn.GRU(dim, dim, batch_first=True), nn.Linear(dim, vocab)

    def forward(self, x):
        return self.head(self.rnn(self.embed(x))[0])


def token_weights(y):
    """Zero for what is special, two for rare words (their numbers are high), else one."""
    weights = []
    for token in y.flatten().tolist():
        weights.append(0.0 if token < len(SPECIAL) else 2.0 if token >= 12 else 1.0)
    return torch.tensor(weights, device=y.device).view(y.shape)


def train(model, blocks, args, device):
    sampler = EasyFirst(len(blocks))
    loader = DataLoader(Blocks(blocks), batch_size=args.batch_size, sampler=sampler)
    optimizer = torch.optim.RMSprop(model.parameters(), lr=args.lr)
    perplexities, step = [], 0
    for epoch in range(args.epochs):
        running = torch.zeros(2, device=device)
        for numbers, x, y in loader:
            x, y = x.to(device), y.to(device)
            weights = token_weights(y)
            loss = F.cross_entropy(model(x).transpose(1, 2), y, reduction="none") * weights
            per_block = loss.sum(1) / weights.sum(1).clamp(min=1)
            mean = per_block.mean()
            optimizer.zero_grad()
            mean.backward()
            optimizer.step()
            sampler.seen(numbers.numpy(), per_block.detach().cpu().numpy())
            running += torch.stack([mean.detach(), torch.ones_like(mean)])
            step += 1
            print(f"step {step:6d} | ppl {math.exp(mean.item()):9.2f} | hardest {per_block.max().item():.3f}")
        perplexities.append(math.exp((running[0] / running[1]).item()))
    return perplexities, sampler


def main(argv=None):
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("--lines", type=int, default=20000)
    parser.add_argument("--vocab", type=int, default=40)
    parser.add_argument("--block", type=int, default=32)
    parser.add_argument("--batch-size", type=int, default=64)
    parser.add_argument("--dim", type=int, default=64)
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--lr", type=float, default=0.003)
    args = parser.parse_args(argv)
    torch.manual_seed(0)
    path = os.path.join(args.folder, "corpus.jsonl")
    write_corpus(path, args.lines)
    texts = Lines(path)
    vocabulary = Vocabulary((texts[i] for i in range(len(texts))), args.vocab)
    blocks = pack((texts[i] for i in range(len(texts))), vocabulary, args.block)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    model = GRULM(len(vocabulary.ids), args.dim).to(device)
    perplexities, sampler = train(model, blocks, args, device)
    with open(os.path.join(args.folder, "result.json"), "w") as f:
        json.dump({"perplexities": perplexities, "vocabulary": vocabulary.words_by_id}, f)
    return model, texts, blocks, sampler


if __name__ == "__main__":
    main()
