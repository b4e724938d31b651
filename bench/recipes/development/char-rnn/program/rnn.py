"""Character-level LSTM with truncated backpropagation through time.

Usage: python rnn.py [--text FILE] [--hidden 128] [--epochs 10]
"""
import argparse
import sys
import time

import torch
import torch.nn as nn
import torch.nn.functional as F

POEM = """Tyger Tyger, burning bright,
In the forests of the night;
What immortal hand or eye,
Could frame thy fearful symmetry?

In what distant deeps or skies.
Burnt the fire of thine eyes?
On what wings dare he aspire?
What the hand, dare seize the fire?
""" * 8


class CharRNN(nn.Module):
    def __init__(self, vocabulary, hidden=128, layers=1, dropout=0.0):
        super().__init__()
        self.embed = nn.Embedding(vocabulary, hidden)
        self.rnn = nn.LSTM(hidden, hidden, layers, batch_first=True, dropout=dropout)
        self.out = nn.Linear(hidden, vocabulary)

    def forward(self, x, state=None):
        y, state = self.rnn(self.embed(x), state)
        return self.out(y), state


def columns(text, batch):
    """The text as `batch` parallel streams, and its alphabet."""
    alphabet = sorted(set(text))
    index = {c: i for i, c in enumerate(alphabet)}
    numbers = torch.tensor([index[c] for c in text])
    length = len(numbers) // batch
    return numbers[:length * batch].view(batch, length), alphabet


def norm_of_gradients(parameters):
    total = 0.0
    for p in parameters:
        if p.grad is not None:
            total += p.grad.norm(2).item() ** 2
    return total ** 0.5


def clip(parameters, limit):
    parameters = list(parameters)
    norm = norm_of_gradients(parameters)
    scale = limit / (norm + 1e-6)
    if scale < 1:
        for p in parameters:
            if p.grad is not None:
                p.grad.mul_(scale)
    return norm


def train(model, data, device, epochs, window, rate, limit, out=sys.stdout):
    optimizer = torch.optim.RMSprop(model.parameters(), lr=rate)
    curve = []
    norms = []
    for epoch in range(epochs):
        state = None
        started = time.time()
        losses = []
        for start in range(0, data.size(1) - 1 - window, window):
            x = data[:, start:start + window].to(device)
            y = data[:, start + 1:start + window + 1].to(device)
            if state is not None:
                state = tuple(part.detach() for part in state)
            logits, state = model(x, state)
            loss = F.cross_entropy(logits.reshape(-1, logits.size(-1)), y.reshape(-1))
            model.zero_grad()
            loss.backward()
            norms.append(clip(model.parameters(), limit))
            optimizer.step()
            losses.append(loss)
            print(f"epoch {epoch} at {start}: {loss.item():.3f}", file=out)
        mean = torch.stack(losses).mean().item()
        curve.append(mean)
        print(f"epoch {epoch}: {mean:.4f} ({time.time() - started:.1f} s)", file=out)
    return curve, norms


def sample(model, alphabet, start, count, device, temperature=0.0):
    model.eval()
    x = torch.tensor([[alphabet.index(c) for c in start]], device=device)
    state = None
    text = start
    for _ in range(count):
        logits, state = model(x, state)
        last = logits[0, -1]
        if temperature == 0:
            choice = last.argmax()
        else:
            choice = torch.multinomial(F.softmax(last / temperature, dim=0), 1)[0]
        text += alphabet[choice.item()]
        x = choice.view(1, 1)
    return text


def main(argv=None, out=sys.stdout):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--text", default=None)
    parser.add_argument("--hidden", type=int, default=128)
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--window", type=int, default=32)
    parser.add_argument("--rate", type=float, default=2e-3)
    args = parser.parse_args(argv)
    torch.manual_seed(5)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    text = POEM if args.text is None else open(args.text).read()
    data, alphabet = columns(text, args.batch)
    model = CharRNN(len(alphabet), args.hidden).to(device)
    curve, norms = train(model, data, device, args.epochs, args.window, args.rate, limit=1.0, out=out)
    print(sample(model, alphabet, "Tyger", 40, device), file=out)
    return model, alphabet, curve, norms


if __name__ == "__main__":
    main()
