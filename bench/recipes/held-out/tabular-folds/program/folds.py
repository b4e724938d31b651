"""Cross-validated net for a table with categories and numbers, with a scikit-learn-like face."""
import copy
import json
import sys

import numpy as np
import torch
from torch import nn


def make_table(rows, seed=0):
    rng = np.random.RandomState(seed)
    categories = np.stack([rng.randint(0, n, rows) for n in (3, 7, 12)], axis=1)
    numbers = rng.randn(rows, 5)
    numbers[rng.rand(rows, 5) < 0.05] = np.nan
    effect = np.array([-1.0, 0.2, 0.8])[categories[:, 0]] + 0.1 * categories[:, 1] + np.nan_to_num(numbers) @ np.array([1.0, -1.0, 0.5, 0.0, 0.0])
    target = (effect + rng.randn(rows) > 0.4).astype(np.float32)
    return categories, numbers.astype(np.float32), target


class TableNet(nn.Module):
    def __init__(self, sizes, numbers, dim=6, hidden=48):
        super().__init__()
        self.embeddings = nn.ModuleList([nn.Embedding(n, dim) for n in sizes])
        self.bn = nn.BatchNorm1d(numbers)
        self.net = nn.Sequential(nn.Linear(len(sizes) * dim + numbers, hidden), nn.ReLU(), nn.Dropout(0.1), nn.Linear(hidden, 1))

    def forward(self, categories, numbers):
        embedded = [table(categories[:, i]) for i, table in enumerate(self.embeddings)]
        return self.net(torch.cat([*embedded, self.bn(numbers)], dim=1)).squeeze(1)


class TableClassifier:
    def __init__(self, epochs=30, batch_size=256, lr=1e-2, patience=4, seed=0, verbose=True):
        self.epochs, self.batch_size, self.lr, self.patience, self.seed, self.verbose = epochs, batch_size, lr, patience, seed, verbose
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

    def _fill(self, numbers):
        """Medians in place of what is missing."""
        return np.where(np.isnan(numbers), self.medians_, numbers).astype(np.float32)

    def fit(self, categories, numbers, target, valid):
        torch.manual_seed(self.seed)
        rng = np.random.RandomState(self.seed)
        self.medians_ = np.nanmedian(numbers, axis=0)
        self.net_ = TableNet([n + 1 for n in categories.max(axis=0)], numbers.shape[1]).to(self.device)
        optimizer = torch.optim.Adam(self.net_.parameters(), lr=self.lr, weight_decay=1e-5)
        criterion = nn.BCEWithLogitsLoss()
        C, X, y = torch.from_numpy(categories), torch.from_numpy(self._fill(numbers)), torch.from_numpy(target)
        self.history_, best, waited = [], np.inf, 0
        for epoch in range(self.epochs):
            self.net_.train()
            order = torch.from_numpy(rng.permutation(len(y)))
            total = 0.0
            for part in order.split(self.batch_size):
                logits = self.net_(C[part].to(self.device), X[part].to(self.device))
                loss = criterion(logits, y[part].to(self.device))
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                total += loss.detach().cpu().numpy() * len(part)
            score = self._log_loss(*valid)
            self.history_.append((total / len(y), score))
            if score < best - 1e-4:
                best, waited = score, 0
                self.best_state_ = {name: value.detach().cpu().clone() for name, value in self.net_.state_dict().items()}
            else:
                waited += 1
                if waited > self.patience:
                    break
        self.net_.load_state_dict(self.best_state_)
        return self

    def _log_loss(self, categories, numbers, target):
        p = self.predict_proba(categories, numbers)[:, 1].clip(1e-6, 1 - 1e-6)
        return float(-(target * np.log(p) + (1 - target) * np.log(1 - p)).mean())

    def predict_proba(self, categories, numbers):
        """rows x 2, as scikit-learn has it."""
        self.net_.eval()
        C, X = torch.from_numpy(categories), torch.from_numpy(self._fill(numbers))
        out = []
        for start in range(0, len(C), 4 * self.batch_size):
            logits = self.net_(C[start:start + 4 * self.batch_size].to(self.device), X[start:start + 4 * self.batch_size].to(self.device))
            out.append(logits.sigmoid().detach())
        p = torch.cat(out).cpu().numpy()
        return np.stack([1 - p, p], axis=1)


def permutation_importance(model, categories, numbers, target, repeats, seed=0):
    """How much worse the log loss gets when a column of numbers is shuffled."""
    rng = np.random.RandomState(seed)
    base = model._log_loss(categories, numbers, target)
    rises = []
    for column in range(numbers.shape[1]):
        worse = []
        for _ in range(repeats):
            shuffled = numbers.copy()
            rng.shuffle(shuffled[:, column])
            worse.append(model._log_loss(categories, shuffled, target) - base)
        rises.append(float(np.mean(worse)))
    return rises


def ensemble_average(models):
    """One net with the mean weights of all folds: the usual soup."""
    soup = copy.deepcopy(models[0].net_)
    for name, parameter in soup.named_parameters():
        total = 0
        for model in models:
            total = total + dict(model.net_.named_parameters())[name].data
        parameter.data = total / len(models)
    return soup


def cross_validate(rows=20000, folds=5, repeats=3, **options):
    categories, numbers, target = make_table(rows)
    fold = np.random.RandomState(5).randint(0, folds, rows)
    models, results = [], []
    for k in range(folds):
        train, valid = fold != k, fold == k
        inside = (categories[valid], numbers[valid], target[valid])
        model = TableClassifier(**options).fit(categories[train], numbers[train], target[train], inside)
        models.append(model)
        results.append({"fold": k, "history": [[float(a), float(b)] for a, b in model.history_], "importance": permutation_importance(model, *inside, repeats)})
    return models, results


if __name__ == "__main__":
    json.dump(cross_validate()[1], sys.stdout)
