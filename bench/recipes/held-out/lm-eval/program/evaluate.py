"""Evaluates a small causal language model: multiple choice, perplexity, and completions.

    python evaluate.py --tasks tasks.jsonl --out results.json
"""
import argparse
import json
import math
import random

import torch
import torch.nn as nn
import torch.nn.functional as F

VOCAB = " abcdefghijklmnopqrstuvwxyz.?"
PAD, EOS = len(VOCAB), len(VOCAB) + 1


def encode(text):
    return [VOCAB.index(c) for c in text if c in VOCAB]


class SelfAttention(nn.Module):
    def __init__(self, dim, heads):
        super().__init__()
        self.heads = heads
        self.qkv, self.out = nn.Linear(dim, 3 * dim), nn.Linear(dim, dim)

    def forward(self, x, allowed):
        """allowed: B x 1 x T x T, True where a token may look."""
        b, t, d = x.shape
        q, k, v = self.qkv(x).view(b, t, 3, self.heads, d // self.heads).permute(2, 0, 3, 1, 4)
        logits = torch.einsum("bhqd,bhkd->bhqk", q, k) * (d // self.heads) ** -0.5
        logits = logits.masked_fill(~allowed, -1e9)
        attention = F.softmax(logits, dim=-1)
        mixed = torch.einsum("bhqk,bhkd->bhqd", attention, v)
        return self.out(mixed.transpose(1, 2).reshape(b, t, d))


class CausalLM(nn.Module):
    def __init__(self, dim=48, heads=4, layers=2, positions=256):
        super().__init__()
        self.tokens, self.places = nn.Embedding(len(VOCAB) + 2, dim), nn.Embedding(positions, dim)
        self.attention = nn.ModuleList([SelfAttention(dim, heads) for _ in range(layers)])
        self.mlp = nn.ModuleList([nn.Sequential(nn.LayerNorm(dim), nn.Linear(dim, 4 * dim), nn.GELU(), nn.Linear(4 * dim, dim)) for _ in range(layers)])
        self.norms = nn.ModuleList([nn.LayerNorm(dim) for _ in range(layers)])
        self.register_buffer("causal", torch.ones(positions, positions, dtype=torch.bool).tril(), persistent=False)

    def forward(self, ids):
        t = ids.size(1)
        # Every token may look at itself, so that no row of a padded text is empty.
        allowed = self.causal[:t, :t] & (ids != PAD)[:, None, :] | torch.eye(t, dtype=torch.bool, device=ids.device)
        x = self.tokens(ids) + self.places.weight[:t]
        for attention, norm, mlp in zip(self.attention, self.norms, self.mlp):
            x = x + attention(norm(x), allowed[:, None])
            x = x + mlp(x)
        return x @ self.tokens.weight.t()


def pad(rows, device):
    width = max(map(len, rows))
    return torch.tensor([row + [PAD] * (width - len(row)) for row in rows]).to(device)


class Evaluator:
    def __init__(self, model, device, batch_size=16):
        self.model, self.device, self.batch_size = model.to(device).eval(), device, batch_size

    def choice_scores(self, question, choices):
        """Log probability of each choice after the question, by its length."""
        start = encode(question)
        rows = [start + encode(choice) + [EOS] for choice in choices]
        log_probs = F.log_softmax(self.model(pad(rows, self.device)), dim=-1)
        scores = []
        for i, row in enumerate(rows):
            total = 0.0
            for position in range(len(start), len(row)):
                total += log_probs[i, position - 1, row[position]].item()
            scores.append(total / (len(row) - len(start)))
        return scores

    def perplexity(self, texts):
        """Of all tokens of all texts together."""
        rows = [encode(text) + [EOS] for text in texts]
        negative, count = 0.0, 0
        with torch.no_grad():
            for start in range(0, len(rows), self.batch_size):
                ids = pad(rows[start:start + self.batch_size], self.device)
                logits = self.model(ids[:, :-1]).cpu()
                target = ids[:, 1:].cpu()
                losses = F.cross_entropy(logits.transpose(1, 2), target, ignore_index=PAD, reduction="none")
                negative += losses.sum().item()
                count += (target != PAD).sum().item()
        return math.exp(negative / count)

    @torch.inference_mode()
    def complete(self, prompt, longest=20, temperature=0.8, seed=0):
        generator = torch.Generator().manual_seed(seed)
        ids = encode(prompt)
        for _ in range(longest):
            logits = self.model(torch.tensor([ids], device=self.device))[0, -1, :]
            p = torch.softmax(logits.double() / temperature, dim=0).cpu()
            token = torch.multinomial(p, 1, generator=generator).item()
            if token >= PAD:
                break
            ids.append(token)
        return "".join(VOCAB[i] for i in ids)


def make_tasks(count, seed=0):
    rng = random.Random(seed)
    words = ["cat", "dog", "owl", "fox", "hen", "horse", "crow"]
    for _ in range(count):
        options = rng.sample(words, 3)
        yield {"question": f"which of {', '.join(options)} comes first?"[: rng.randint(12, 40)], "choices": options, "answer": options.index(min(options))}


def evaluate(model, tasks, device, batch_size=16):
    torch.set_float32_matmul_precision("highest")  # results are compared to four digits with those of other groups
    evaluator = Evaluator(model, device, batch_size)
    records, right = [], 0
    for task in tasks:
        scores = evaluator.choice_scores(task["question"], task["choices"])
        chosen = max(range(len(scores)), key=scores.__getitem__)
        right += chosen == task["answer"]
        records.append({"scores": scores, "chosen": chosen})
    return {
        "accuracy": right / len(records),
        "records": records,
        "perplexity": evaluator.perplexity([task["question"] for task in tasks]),
        "completions": [evaluator.complete(task["question"][:8], seed=n) for n, task in enumerate(tasks[:3])],
    }


def main(argv=None):
    parser = argparse.ArgumentParser()
    parser.add_argument("--weights")
    parser.add_argument("--tasks")
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--batch-size", type=int, default=16)
    parser.add_argument("--out", required=True)
    args = parser.parse_args(argv)
    torch.manual_seed(0)
    model = CausalLM()
    if args.weights:
        model.load_state_dict(torch.load(args.weights, map_location="cpu"))
    if args.tasks:
        with open(args.tasks) as f:
            tasks = [json.loads(line) for line in f]
    else:
        tasks = list(make_tasks(args.count))
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    with open(args.out, "w") as f:
        json.dump(evaluate(model, tasks, device, args.batch_size), f)


if __name__ == "__main__":
    main()
