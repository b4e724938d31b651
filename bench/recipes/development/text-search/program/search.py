"""Embeds documents in batches, writes them to a file that is mapped, and answers queries from it."""
import argparse
import hashlib
import json
import os
import re
from typing import Iterable, List, Sequence

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn


class Tokenizer:
    def __init__(self, words: Sequence[str], max_length: int = 48):
        self.vocab = ["[PAD]", "[UNK]"] + sorted(set(words))
        self.max_length = max_length

    def __call__(self, texts: Sequence[str]):
        rows = []
        for text in texts:
            tokens = re.findall(r"[a-z]+", text.lower())[: self.max_length]
            rows.append([self.vocab.index(t) if t in self.vocab else 1 for t in tokens] or [1])
        width = max(map(len, rows))
        ids = torch.zeros(len(rows), width, dtype=torch.long)
        for i, row in enumerate(rows):
            ids[i, : len(row)] = torch.tensor(row)
        return {"input_ids": ids, "attention_mask": (ids != 0).float()}


class SentenceEncoder(nn.Module):
    """Two layers of a transformer, and the mean over what is no padding."""

    def __init__(self, vocab_size, dim=64, heads=4, seed=0):
        super().__init__()
        torch.manual_seed(seed)
        self.embed = nn.Embedding(vocab_size, dim, padding_idx=0)
        layer = nn.TransformerEncoderLayer(dim, heads, 2 * dim, dropout=0.1, batch_first=True)
        self.layers = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)

    def forward(self, input_ids, attention_mask):
        hidden = self.layers(self.embed(input_ids), src_key_padding_mask=attention_mask == 0)
        weight = attention_mask.unsqueeze(-1)
        return F.normalize((hidden * weight).sum(1) / weight.sum(1), dim=-1)


class Index:
    def __init__(self, tokenizer, model, folder, batch_size=32):
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self.tokenizer, self.model = tokenizer, model.to(self.device).eval()
        self.folder, self.batch_size = folder, batch_size

    def encode(self, texts: Sequence[str]) -> List[np.ndarray]:
        """One vector for each text. Long texts first, so that a batch has little padding."""
        order = sorted(range(len(texts)), key=lambda i: -len(texts[i]))
        vectors = [None] * len(texts)
        for start in range(0, len(order), self.batch_size):
            chosen = order[start:start + self.batch_size]
            batch = self.tokenizer([texts[i] for i in chosen])
            out = self.model(batch["input_ids"].to(self.device), batch["attention_mask"].to(self.device))
            for i, vector in zip(chosen, out):
                vectors[i] = vector.detach().cpu().numpy()
        return vectors

    def build(self, texts: Sequence[str]):
        """Writes vectors.npy shard by shard; all of them together need not fit into memory."""
        dim = self.model.embed.embedding_dim
        path = os.path.join(self.folder, "vectors.npy")
        mapped = np.lib.format.open_memmap(path, mode="w+", dtype=np.float16, shape=(len(texts), dim))
        with torch.inference_mode():
            for start in range(0, len(texts), self.batch_size):
                batch = self.tokenizer(texts[start:start + self.batch_size])
                out = self.model(batch["input_ids"].to(self.device), batch["attention_mask"].to(self.device))
                mapped[start:start + len(out)] = out.half().cpu().numpy()
        mapped.flush()
        with open(os.path.join(self.folder, "texts.json"), "w") as f:
            json.dump([hashlib.sha1(t.encode()).hexdigest() for t in texts], f)

    def query(self, texts: Sequence[str], top=3):
        """For each query the numbers and scores of the nearest documents."""
        q = torch.from_numpy(np.stack(self.encode(texts))).to(self.device)
        answers = []
        for i in range(len(q)):
            vectors = np.load(os.path.join(self.folder, "vectors.npy"))
            documents = torch.from_numpy(vectors.astype(np.float32)).to(self.device)
            scores, numbers = (documents @ q[i]).topk(top)
            answers.append(list(zip(numbers.tolist(), scores.tolist())))
        return answers

    def deduplicate(self, texts: Sequence[str], threshold=0.995) -> List[int]:
        """Keeps a text when none of those kept so far is nearly the same."""
        kept, bank = [], torch.zeros(0, self.model.embed.embedding_dim, device=self.device)
        for i, vector in enumerate(self.encode(texts)):
            vector = torch.from_numpy(vector).to(self.device)
            if len(kept) and (bank @ vector).max().item() > threshold:
                continue
            kept.append(i)
            bank = torch.cat([bank, vector.unsqueeze(0)])
        return kept


def corpus(count: int, seed: int = 0) -> Iterable[str]:
    rng = np.random.default_rng(seed)
    words = ["".join(rng.choice(list("aeioubdfglmnprst"), rng.integers(3, 8))) for _ in range(400)]
    for _ in range(count):
        topic = rng.integers(0, 20) * 20
        yield " ".join(words[k] for k in rng.integers(topic, topic + 20, rng.integers(4, 40)))


def main(argv=None):
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("--count", type=int, default=5000)
    parser.add_argument("--batch-size", type=int, default=32)
    parser.add_argument("--queries", type=int, default=50)
    args = parser.parse_args(argv)
    texts = list(corpus(args.count))
    tokenizer = Tokenizer([word for text in texts for word in text.split()])
    index = Index(tokenizer, SentenceEncoder(len(tokenizer.vocab)), args.folder, args.batch_size)
    index.build(texts)
    answers = index.query(texts[: args.queries])
    kept = index.deduplicate(texts[:100] + texts[:5])
    print(f"{len(texts)} documents, first answer {answers[0]}, {len(kept)} kept")
    return index, answers, kept


if __name__ == "__main__":
    main()
