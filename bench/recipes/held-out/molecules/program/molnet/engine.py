import torch
import torch.nn.functional as F


def to_device(batch, device):
    # Which elements there are decides on the heads that are used: asked before the batch leaves the host.
    elements = sorted(set(batch["z"].tolist()))
    return {**{key: value.to(device) for key, value in batch.items()}, "elements": elements}


class Engine:
    def __init__(self, model, optimizer, device):
        self.model, self.optimizer, self.device = model.to(device), optimizer, device
        # How strongly each head learns, for the report.
        self.pull = {name: torch.zeros((), device=device) for name, _ in model.heads.named_parameters()}

    def train_epoch(self, loader):
        self.model.train()
        for batch in loader:
            batch = to_device(batch, self.device)
            self.optimizer.zero_grad(set_to_none=False)
            loss = F.smooth_l1_loss(self.model(batch), batch["energy"])
            loss.backward()
            for name, p in self.model.heads.named_parameters():
                self.pull[name] += p.grad.norm()
            self.optimizer.step()
        return loss.item()

    def evaluate(self, loader):
        """Mean absolute error, and that of each molecule's size."""
        self.model.eval()
        total, count = 0.0, 0
        with torch.no_grad():
            for batch in loader:
                batch = to_device(batch, self.device)
                error = (self.model(batch) - batch["energy"]).abs()
                total += error.sum().item()
                count += len(error)
        return total / count

    def forces(self, batch):
        """Minus the slope of the energy, for each atom."""
        self.model.eval()
        batch = to_device(batch, self.device)
        batch["pos"].requires_grad_(True)
        energy = self.model(batch)
        return -torch.autograd.grad(energy.sum(), batch["pos"])[0]
