"""python -m nmt.run: learns to reverse sequences of words."""
import torch
import torch.nn.functional as F

from .model import END, PAD, START, Translator


def make_pairs(n, words, generator):
    body = torch.randint(3, words, (n, 6), generator=generator)
    length = torch.randint(3, 7, (n, 1), generator=generator)
    inside = torch.arange(6).expand(n, 6) < length
    source = body.masked_fill(~inside, PAD)
    target = torch.full((n, 8), PAD)
    target[:, 0] = START
    for row in range(n):
        count = int(length[row])
        target[row, 1:count + 1] = source[row, :count].flip(0)
        target[row, count + 1] = END
    return source, target


class Averages:
    def __init__(self):
        self.total, self.count = 0.0, 0

    def add(self, value, weight):
        self.total += value * weight
        self.count += weight

    def mean(self):
        return self.total / max(1, self.count)


def run_epoch(model, pairs, opt, device, size=16):
    source, target = pairs
    meter = Averages()
    tokens = 0
    for start in range(0, len(source), size):
        src = source[start:start + size].to(device)
        tgt = target[start:start + size].to(device)
        logits = model(src, tgt[:, :-1])
        loss = F.cross_entropy(logits.flatten(0, 1), tgt[:, 1:].flatten(), ignore_index=PAD, label_smoothing=0.1)
        opt.zero_grad()
        loss.backward()
        opt.step()
        tokens += (tgt[:, 1:] != PAD).sum().item()
        meter.add(loss.item(), src.size(0))
    return meter.mean(), tokens


def main(epochs=20, n=512, words=20):
    torch.manual_seed(3)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    generator = torch.Generator().manual_seed(8)
    pairs = make_pairs(n, words, generator)
    model = Translator(words).to(device)
    opt = torch.optim.Adam(model.parameters(), lr=3e-3)
    curve = []
    for epoch in range(epochs):
        model.train()
        curve.append(run_epoch(model, pairs, opt, device))
        print(f"{epoch}: {curve[-1][0]:.3f}, {curve[-1][1]} words")
    return model, curve, pairs[0][:4].to(device)


if __name__ == "__main__":
    model, _, some = main()
    print(model.translate(some)[0])
