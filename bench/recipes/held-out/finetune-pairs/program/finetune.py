"""Fine-tunes a sentence-pair classifier: do two descriptions mean the same room?"""
import argparse
import os
import random
import re
import sys
import time

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.nn.utils.rnn import pack_padded_sequence
from torch.utils.data import DataLoader, Dataset

SIZES = {"small": "tiny", "large": "big", "narrow": "slim"}
ROOMS = {"kitchen": "cookhouse", "bedroom": "chamber", "cellar": "basement", "attic": "loft"}


def make_pairs(count, seed):
    rng = random.Random(seed)
    rows = []
    for _ in range(count):
        size, room = rng.choice(list(SIZES)), rng.choice(list(ROOMS))
        filler = " ".join(rng.choice(["very", "rather", "quite"]) for _ in range(rng.randint(0, 4)))
        same = rng.random() < 0.5
        other = ROOMS[room] if same else rng.choice([name for key, name in ROOMS.items() if key != room])
        rows.append((f"The {size} {room}, {filler}", f"a {SIZES[size]} {other}", int(same)))
    return rows


class Tokenizer:
    pattern = re.compile(r"\w+|[^\w\s]")

    def __init__(self, texts):
        words = sorted({word for text in texts for word in self.pattern.findall(text.lower())})
        self.ids = {word: n for n, word in enumerate(words, 3)}

    def encode(self, first, second):
        words = self.pattern.findall(first.lower()) + ["</s>"] + self.pattern.findall(second.lower())
        return [2 if word == "</s>" else self.ids.get(word, 1) for word in words]


class PairDataset(Dataset):
    def __init__(self, rows, tokenizer):
        self.rows, self.tokenizer = rows, tokenizer

    def __len__(self):
        return len(self.rows)

    def __getitem__(self, index):
        first, second, label = self.rows[index]
        return torch.tensor(self.tokenizer.encode(first, second)), label


def collate(samples):
    lengths = torch.tensor([len(ids) for ids, _ in samples])
    ids = nn.utils.rnn.pad_sequence([ids for ids, _ in samples], batch_first=True)
    return {"ids": ids, "lengths": lengths, "labels": torch.tensor([label for _, label in samples])}


class PairModel(nn.Module):
    def __init__(self, vocab, dim=24):
        super().__init__()
        self.embed = nn.Embedding(vocab, dim, padding_idx=0)
        self.lstm = nn.LSTM(dim, dim, batch_first=True, bidirectional=True)
        self.head = nn.Sequential(nn.Linear(4 * dim, dim), nn.ReLU(), nn.Dropout(0.1), nn.Linear(dim, 2))

    def forward(self, ids, lengths):
        packed = pack_padded_sequence(self.embed(ids), lengths.cpu(), batch_first=True, enforce_sorted=False)
        _, (hidden, cell) = self.lstm(packed)
        return self.head(torch.cat([hidden[0], hidden[1], cell[0], cell[1]], dim=1))


class Progress:
    """A line on the terminal that is written over."""

    def __init__(self, iterable, desc):
        self.iterable, self.desc, self.postfix, self.start = iterable, desc, "", time.time()

    def set_postfix(self, **values):
        self.postfix = ", ".join(f"{key}={value:.4f}" for key, value in values.items())

    def __iter__(self):
        for n, item in enumerate(self.iterable, 1):
            yield item
            sys.stderr.write(f"\r{self.desc} {n}/{len(self.iterable)} {n / (time.time() - self.start):.1f} it/s {self.postfix}")
        sys.stderr.write("\n")


def train_one_epoch(model, loader, optimizer, scheduler, device, epoch, max_norm):
    model.train()
    skipped = 0
    progress = Progress(loader, f"epoch {epoch}")
    for batch in progress:
        batch = {k: v.to(device) for k, v in batch.items()}
        logits = model(batch["ids"], batch["lengths"])
        loss = F.cross_entropy(logits, batch["labels"], label_smoothing=0.05)
        optimizer.zero_grad()
        loss.backward()
        norm = nn.utils.clip_grad_norm_(model.parameters(), max_norm)
        progress.set_postfix(loss=loss.item(), lr=scheduler.get_last_lr()[0])
        if norm.item() > 10 * max_norm:
            skipped += 1
            continue
        optimizer.step()
        scheduler.step()
    return skipped


def evaluate(model, loader, device):
    model.eval()
    hits = torch.zeros((), device=device)
    count = 0
    for batch in loader:
        logits = model(batch["ids"].to(device), batch["lengths"])
        hits += (logits.argmax(dim=-1) == batch["labels"].to(device)).sum()
        count += len(batch["labels"])
    return hits.item() / count


def main(argv=None):
    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--train-size", type=int, default=20000)
    parser.add_argument("--batch-size", type=int, default=64)
    parser.add_argument("--lr", type=float, default=2e-3)
    parser.add_argument("--max-norm", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=13)
    args = parser.parse_args(argv)
    torch.manual_seed(args.seed)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    rows = make_pairs(args.train_size, args.seed)
    tokenizer = Tokenizer([text for row in rows for text in row[:2]])
    train_set = PairDataset(rows, tokenizer)
    dev_set = PairDataset(make_pairs(args.train_size // 10, args.seed + 1), tokenizer)
    train_loader = DataLoader(train_set, batch_size=args.batch_size, shuffle=True, collate_fn=collate)
    dev_loader = DataLoader(dev_set, batch_size=args.batch_size, collate_fn=collate, num_workers=min(2, os.cpu_count() or 1))
    model = PairModel(vocab=len(tokenizer.ids) + 3).to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=args.lr)
    scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: min(1.0, (step + 1) / 10))
    history = []
    for epoch in range(args.epochs):
        skipped = train_one_epoch(model, train_loader, optimizer, scheduler, device, epoch, args.max_norm)
        history.append({"skipped": skipped, "accuracy": evaluate(model, dev_loader, device)})
        print(history[-1])
    return model, history


if __name__ == "__main__":
    main()
