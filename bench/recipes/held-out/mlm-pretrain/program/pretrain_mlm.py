"""Pretrains a small encoder on masked tokens (80% mask, 10% another token, 10% as it is)."""
import argparse
import os
import random
import time

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import DataLoader, Dataset

PAD, CLS, SEP, MASK, FIRST = 0, 1, 2, 3, 4


class Sentences(Dataset):
    """Two made-up sentences each: numbers that count up, then down."""

    def __init__(self, count, vocab, seed):
        rng = random.Random(seed)
        self.rows = []
        for _ in range(count):
            start, up, down = rng.randrange(vocab - FIRST), rng.randint(3, 8), rng.randint(3, 8)
            first = [FIRST + (start + i) % (vocab - FIRST) for i in range(up)]
            second = [FIRST + (start - i) % (vocab - FIRST) for i in range(down)]
            self.rows.append([CLS, *first, SEP, *second, SEP])

    def __len__(self):
        return len(self.rows)

    def __getitem__(self, i):
        return self.rows[i]


class MaskingCollator:
    def __init__(self, vocab, length, probability=0.15):
        self.vocab, self.length, self.probability = vocab, length, probability

    def mask(self, token):
        """The token that goes in, and the label: -100 where nothing is asked."""
        if token < FIRST or random.random() >= self.probability:
            return token, -100
        dice = random.random()
        if dice < 0.8:
            return MASK, token
        return (random.randrange(FIRST, self.vocab) if dice < 0.9 else token), token

    def __call__(self, rows):
        ids, labels = [], []
        for row in rows:
            masked = [self.mask(token) for token in row]
            filler = self.length - len(row)
            ids.append([token for token, _ in masked] + [PAD] * filler)
            labels.append([label for _, label in masked] + [-100] * filler)
        return torch.tensor(ids), torch.tensor(labels)


class Encoder(nn.Module):
    def __init__(self, vocab, length, dim=64, heads=4, layers=3, dropout=0.1):
        super().__init__()
        self.word, self.position, self.segment = nn.Embedding(vocab, dim, padding_idx=PAD), nn.Embedding(length, dim), nn.Embedding(2, dim)
        self.norm, self.dropout = nn.LayerNorm(dim), nn.Dropout(dropout)
        self.layers = nn.ModuleList([nn.TransformerEncoderLayer(dim, heads, 4 * dim, dropout, activation="gelu", batch_first=True) for _ in range(layers)])
        self.head = nn.Linear(dim, vocab)

    @staticmethod
    def segments(ids):
        """0 up to the first [SEP], 1 after it."""
        rows = []
        for row in ids.tolist():
            end = row.index(SEP) if SEP in row else len(row)
            rows.append([0 if i <= end else 1 for i in range(len(row))])
        return torch.tensor(rows, device=ids.device)

    def forward(self, ids):
        positions = torch.arange(ids.size(1)).unsqueeze(0).expand(ids.size()).to(ids.device)
        x = self.word(ids) + self.position(positions) + self.segment(self.segments(ids))
        x = self.dropout(self.norm(x))
        padding = ids == PAD
        for layer in self.layers:
            x = layer(x, src_key_padding_mask=padding)
        return self.head(x)


def parameter_groups(model, weight_decay):
    decay = [p for p in model.parameters() if p.dim() >= 2]
    rest = [p for p in model.parameters() if p.dim() < 2]
    return [{"params": decay, "weight_decay": weight_decay}, {"params": rest, "weight_decay": 0.0}]


def configure(model, args):
    groups = parameter_groups(model, args.weight_decay)
    options = {"lr": args.lr, "betas": (0.9, 0.98), "eps": 1e-6}
    return torch.optim.AdamW(groups, **options)


def main(argv=None):
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", required=True)
    parser.add_argument("--count", type=int, default=50000)
    parser.add_argument("--vocab", type=int, default=500)
    parser.add_argument("--length", type=int, default=24)
    parser.add_argument("--batch-size", type=int, default=128)
    parser.add_argument("--steps", type=int, default=5000)
    parser.add_argument("--lr", type=float, default=1e-3)
    parser.add_argument("--weight-decay", type=float, default=0.01)
    parser.add_argument("--log-every", type=int, default=100)
    parser.add_argument("--dropout", type=float, default=0.1)
    args = parser.parse_args(argv)
    random.seed(1)
    torch.manual_seed(1)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    data = Sentences(args.count, args.vocab, seed=0)
    loader = DataLoader(data, batch_size=args.batch_size, shuffle=True, drop_last=True, collate_fn=MaskingCollator(args.vocab, args.length))
    model = Encoder(args.vocab, args.length, dropout=args.dropout).to(device)
    optimizer = configure(model, args)
    scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, args.lr, total_steps=args.steps)
    step, empty, log, began = 0, 0, [], time.time()
    while step < args.steps:
        for ids, labels in loader:
            asked = int((labels != -100).sum())
            if asked == 0:
                empty += 1
                continue
            ids, labels = ids.to(device), labels.to(device)
            logits = model(ids)
            loss = F.cross_entropy(logits.flatten(0, 1), labels.flatten())
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            scheduler.step()
            step += 1
            if step % args.log_every == 0:
                log.append((step, loss.item(), asked))
                print(f"step {step} loss {log[-1][1]:.4f} {args.log_every / (time.time() - began):.1f} steps/s")
                began = time.time()
            if step == args.steps:
                break
    torch.save({"model": model.state_dict(), "log": log}, os.path.join(args.out, "mlm.pt"))
    return model, log, empty


if __name__ == "__main__":
    main()
