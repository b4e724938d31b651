"""python -m gpt.train: trains on a text, and prints a sample at the end."""
import torch

from .config import Config
from .data import RandomBatches
from .model import LanguageModel

TEXT = (
    "The sea is calm tonight. The tide is full, the moon lies fair upon the straits; on the French coast the light "
    "gleams and is gone; the cliffs of England stand, glimmering and vast, out in the tranquil bay. Come to the "
    "window, sweet is the night-air! Only, from the long line of spray where the sea meets the moon-blanched land, "
    "Listen! you hear the grating roar of pebbles which the waves draw back, and fling, at their return, up the high "
    "strand, begin, and cease, and then again begin, with tremulous cadence slow, and bring the eternal note of "
    "sadness in.\n"
) * 4


def train(config, device=None):
    torch.manual_seed(config.seed)
    device = device or ("cuda" if torch.cuda.is_available() else "cpu")
    batches = RandomBatches(TEXT, config, device)
    model = LanguageModel(config).to(device)
    optimizer = torch.optim.AdamW(model.parameters(), lr=config.learning_rate)
    losses = []
    smoothed = None
    for step in range(config.steps):
        x, y = batches.next()
        _, loss = model(x, y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        value = loss.item()
        smoothed = value if smoothed is None else 0.9 * smoothed + 0.1 * value
        losses.append(value)
        if step % config.log_every == 0:
            print(f"step {step}: {smoothed:.4f}")
        if value > 20:
            raise RuntimeError("diverged")
    return model, losses


if __name__ == "__main__":
    train(Config())
