"""Two heads on one trunk, trained on all ranks; each batch trains one of the heads. Started by torchrun."""
import os
import shutil
import tempfile

import torch
import torch.distributed as dist
from torch import nn
from torch.nn.parallel import DistributedDataParallel as DDP


class Multitask(nn.Module):
    def __init__(self, width=24):
        super().__init__()
        self.trunk = nn.Sequential(nn.Linear(10, width), nn.ReLU(), nn.Linear(width, width), nn.ReLU())
        self.heads = nn.ModuleDict({"price": nn.Linear(width, 1), "class": nn.Linear(width, 5)})

    def forward(self, x, task):
        return self.heads[task](self.trunk(x))


class Worker:
    def __init__(self, micro_batches=4, log_every=5):
        dist.init_process_group("nccl" if torch.cuda.is_available() else "gloo")
        self.rank, self.world = dist.get_rank(), dist.get_world_size()
        self.device = torch.device("cuda", int(os.environ["LOCAL_RANK"])) if torch.cuda.is_available() else torch.device("cpu")
        self.micro_batches = micro_batches
        self.log_every = log_every
        self.scratch = os.path.join(tempfile.gettempdir(), "multitask-" + os.environ["MASTER_PORT"])
        torch.manual_seed(0)
        model = Multitask().to(self.device)
        # A batch uses one head: the other has no gradients in it.
        self.model = DDP(model, find_unused_parameters=True)
        self.optimizer = torch.optim.SGD(self.model.parameters(), lr=0.05)
        self.generator = torch.Generator().manual_seed(100 + self.rank)

    def batch(self, task, size=8):
        x = torch.randn(size, 10, generator=self.generator)
        y = x[:, :1].abs() if task == "price" else (x[:, :5].argmax(dim=1))
        return x.to(self.device), y.to(self.device)

    def loss(self, task):
        x, y = self.batch(task)
        out = self.model(x, task)
        return nn.functional.mse_loss(out, y) if task == "price" else nn.functional.cross_entropy(out, y)

    def average(self, tensor):
        gathered = [torch.empty_like(tensor) for _ in range(self.world)]
        dist.all_gather(gathered, tensor)
        return sum(gathered) / self.world

    def train(self, steps):
        seen = []
        for step in range(steps):
            task = ("price", "class")[step % 2]
            self.optimizer.zero_grad()
            for part in range(self.micro_batches):
                loss = self.loss(task) / self.micro_batches
                loss.backward()
            self.optimizer.step()
            mean = self.average(loss.detach() * self.micro_batches)
            if step % self.log_every == 0:
                seen.append(round(mean.item(), 6))
                if self.rank == 0:
                    print(f"step {step} {task} {seen[-1]}")
        return seen

    def agree_to_stop(self, wish):
        """Whether any rank wishes to stop. Every rank gets the same answer, and leaves the loop together."""
        flag = torch.tensor([int(wish)], device=self.device)
        dist.all_reduce(flag, op=dist.ReduceOp.MAX)
        return bool(flag.item())

    def share_file(self, text):
        """Rank 0 writes, all read, and rank 0 removes the folder once nobody needs it."""
        path = os.path.join(self.scratch, "note.txt")
        if self.rank == 0:
            os.makedirs(self.scratch, exist_ok=True)
            with open(path, "w") as note:
                note.write(text)
        dist.barrier()
        with open(path) as note:
            result = note.read()
        dist.barrier()
        if self.rank == 0:
            shutil.rmtree(self.scratch)
        return result

    def rounds(self, count, steps):
        history = []
        for number in range(count):
            history.append(self.train(steps))
            dist.barrier()
            if self.agree_to_stop(number >= 2):
                break
        return history


def run(count=5, steps=10):
    worker = Worker()
    history = worker.rounds(count, steps)
    note = worker.share_file("done")
    return history, note, [p.detach().cpu() for p in worker.model.module.parameters()]


def main(count=5, steps=10):
    result = run(count, steps)
    dist.destroy_process_group()
    return result


if __name__ == "__main__":
    main()
