"""A trainer for any model that returns its loss first, alone or on several devices."""
import json
import os

import torch
import torch.distributed as dist
from torch.nn.parallel import DistributedDataParallel
from torch.utils.data import DataLoader


class ShardedSampler:
    """Every world_size-th example of a permutation that all ranks agree on; the last shards may be one shorter."""

    def __init__(self, length):
        self.length, self.seed = length, 0

    def __iter__(self):
        order = torch.randperm(self.length, generator=torch.Generator().manual_seed(self.seed)).tolist()
        return iter(order[dist.get_rank()::dist.get_world_size()])


class Trainer:
    def __init__(self, model, args, train_dataset, eval_dataset, compute_metrics):
        self.args = args
        self.device = torch.device("cuda", int(os.environ["LOCAL_RANK"])) if torch.cuda.is_available() else torch.device("cpu")
        self.model = model.to(self.device)
        self.wrapped = DistributedDataParallel(self.model, find_unused_parameters=True)
        self.train_dataset, self.eval_dataset = train_dataset, eval_dataset
        self.compute_metrics = compute_metrics
        self.optimizer = torch.optim.AdamW(self.model.parameters(), lr=args.learning_rate)
        self.control = dist.new_group(backend="gloo")
        self.log_history = []
        self.global_step = 0

    @property
    def is_world_process_zero(self):
        return dist.get_rank() == 0

    def wait_for_everyone(self):
        dist.barrier()

    def shuffle_seed(self):
        """Drawn by rank 0, from the state of its own generator."""
        seed = torch.randint(0, 2**31, (1,)).to(self.device)
        dist.broadcast(seed, src=0)
        return int(seed)

    def anyone_finished(self, batch):
        """Shards differ in length: all ranks stop at the end of the shortest."""
        finished = torch.tensor(int(batch is None))
        dist.all_reduce(finished, group=self.control)
        return finished.item() > 0

    def log(self, loss):
        losses = [None] * dist.get_world_size()
        dist.all_gather_object(losses, loss)
        if self.is_world_process_zero:
            self.log_history.append({"step": self.global_step, "loss": sum(losses) / len(losses)})

    def train(self):
        sampler = ShardedSampler(len(self.train_dataset))
        loader = DataLoader(self.train_dataset, batch_size=self.args.per_device_batch_size, sampler=sampler)
        tr_loss, logged_at = 0.0, 0
        for epoch in range(int(self.args.num_train_epochs)):
            sampler.seed = self.shuffle_seed()
            self.wrapped.train()
            batches = iter(loader)
            while True:
                batch = next(batches, None)
                if self.anyone_finished(batch):
                    break
                inputs = {key: value.to(self.device) for key, value in batch.items()}
                loss, *_ = self.wrapped(**inputs)
                loss.backward()
                torch.nn.utils.clip_grad_norm_(self.model.parameters(), self.args.max_grad_norm)
                self.optimizer.step()
                self.optimizer.zero_grad()
                tr_loss += loss.item()
                self.global_step += 1
                self.wait_for_everyone()
                if self.global_step % self.args.logging_steps == 0:
                    self.log(tr_loss / (self.global_step - logged_at))
                    tr_loss, logged_at = 0.0, self.global_step
            self.save()
        return self.evaluate()

    def save(self):
        path = os.path.join(self.args.output_dir, "model.pt")
        if self.is_world_process_zero:
            os.makedirs(self.args.output_dir, exist_ok=True)
            torch.save(self.model.state_dict(), path)
        self.wait_for_everyone()
        self.saved = sorted(torch.load(path, map_location="cpu"))

    @torch.no_grad()
    def evaluate(self):
        self.wrapped.eval()
        rank, world_size = dist.get_rank(), dist.get_world_size()
        mine = range(rank, len(self.eval_dataset), world_size)
        answers = []
        for i in mine:
            inputs = {key: value[None].to(self.device) for key, value in self.eval_dataset[i].items()}
            _, logits = self.model(**inputs)
            answers.append({"id": i, "text": self.eval_dataset.decode(logits[0].argmax(-1))})
        everyone = [None] * world_size
        dist.all_gather_object(everyone, answers)
        metrics = self.compute_metrics(sorted(sum(everyone, []), key=lambda answer: answer["id"]))
        if self.is_world_process_zero:
            with open(os.path.join(self.args.output_dir, "metrics.json"), "w") as f:
                json.dump(metrics, f)
        return metrics
