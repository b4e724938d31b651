import argparse

import torch
from torch.utils.data import DataLoader

from molnet.data import Molecules, collate
from molnet.engine import Engine
from molnet.model import MolNet


def main(argv=None):
    parser = argparse.ArgumentParser(description="Energies and forces of made-up molecules")
    parser.add_argument("--count", type=int, default=5000)
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--batch-size", type=int, default=64)
    args = parser.parse_args(argv)
    torch.manual_seed(0)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    train_loader = DataLoader(Molecules(args.count), args.batch_size, shuffle=True, collate_fn=collate)
    valid_loader = DataLoader(Molecules(args.count // 5, seed=1), args.batch_size, collate_fn=collate)
    model = MolNet()
    engine = Engine(model, torch.optim.Adam(model.parameters(), lr=3e-3), device)
    history = []
    for epoch in range(args.epochs):
        history.append((engine.train_epoch(train_loader), engine.evaluate(valid_loader)))
        print(f"epoch {epoch}: loss {history[-1][0]:.4f}, mae {history[-1][1]:.4f}")
    forces = engine.forces(next(iter(valid_loader)))
    return engine, history, forces


if __name__ == "__main__":
    main()
