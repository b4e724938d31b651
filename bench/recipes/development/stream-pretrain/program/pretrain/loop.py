import argparse
import itertools

import torch
from torch.utils.data import DataLoader

from .config import TrainConfig
from .model import ConvLM, smoothed_loss, token_losses
from .shards import ShardStream, write_shards


class Pretrainer:
    def __init__(self, config: TrainConfig):
        torch.manual_seed(config.data.seed)
        self.config = config
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self.stream = ShardStream(config.data)
        self.loader = DataLoader(self.stream, batch_size=config.data.batch_size, drop_last=True)
        self.model = ConvLM(config.model).to(self.device)
        self.optimizer = torch.optim.Adam(self.model.parameters(), lr=config.lr, betas=config.betas)
        self.snapshots = []
        self.reports = []
        self.tokens_seen = 0

    def batches(self):
        """Pass after pass over the stream; what is in it depends on the level."""
        for epoch in itertools.count():
            for batch in self.loader:
                yield epoch, batch

    def keep(self, step):
        """A copy on the host: the weights go on changing, and the device has no room for many."""
        self.snapshots.append((step, {k: v.detach().cpu().clone() for k, v in self.model.state_dict().items()}))
        del self.snapshots[:-3]

    def run(self):
        self.model.train()
        window = 0.0
        for step, (epoch, batch) in enumerate(itertools.islice(self.batches(), self.config.steps), 1):
            batch = batch.to(self.device)
            tokens, target = batch[:, :-1], batch[:, 1:]
            logits = self.model(tokens)
            loss = smoothed_loss(logits, target, self.config.model.smoothing)
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()
            window += loss.item()
            self.tokens_seen += (target != 0).sum().item()
            if step % self.config.report_every == 0:
                mean = window / self.config.report_every
                self.reports.append({"step": step, "epoch": epoch, "loss": mean, "level": self.stream.level, "tokens": self.tokens_seen})
                print("step {step} epoch {epoch} loss {loss:.4f} level {level} tokens {tokens:,}".format(**self.reports[-1]))
                if mean < 3.6 - 0.3 * self.stream.level and self.stream.level < self.config.max_level:
                    self.stream.level += 1
                window = 0.0
            if step % self.config.keep_every == 0:
                self.keep(step)
        return self.reports

    @torch.no_grad()
    def hardest(self, count=5):
        """The first sequences of the stream, hardest first, with the loss of each."""
        self.model.eval()
        batch = torch.stack(list(itertools.islice(iter(self.stream), 4 * count))).to(self.device)
        losses = token_losses(self.model(batch[:, :-1]), batch[:, 1:]).mean(dim=1)
        order = losses.argsort(descending=True)[:count]
        return [(int(i), round(losses[i].item(), 4)) for i in order]


def main(argv=None):
    parser = argparse.ArgumentParser()
    parser.add_argument("--folder", default="shards")
    parser.add_argument("--steps", type=int, default=2000)
    parser.add_argument("--batch-size", type=int, default=16)
    parser.add_argument("--report-every", type=int, default=20)
    parser.add_argument("--documents", type=int, default=200)
    args = parser.parse_args(argv)
    config = TrainConfig(steps=args.steps, report_every=args.report_every, keep_every=3 * args.report_every)
    config.data.folder, config.data.batch_size = args.folder, args.batch_size
    write_shards(args.folder, documents=args.documents)
    trainer = Pretrainer(config)
    trainer.run()
    return trainer, trainer.hardest()


if __name__ == "__main__":
    main()
