# House prices: 4-fold cross validation of a small MLP. Runs top to bottom.
import numpy as np
import torch
from torch import nn

SEED = 2024
np.random.seed(SEED)
torch.manual_seed(SEED)
device = "cuda" if torch.cuda.is_available() else "cpu"

# ---- data ----
import os
N = int(os.environ.get("HOUSES", 6000))
EPOCHS = int(os.environ.get("EPOCHS", 25))
area = np.random.gamma(6, 20, N)
rooms = np.clip(np.round(area / 30 + np.random.randn(N)), 1, 9)
age = np.random.uniform(0, 100, N)
zone = np.random.randint(0, 8, N)
price = 2.5 * area + 12 * rooms - 0.4 * age + 15 * zone + np.random.randn(N) * 20
features = np.column_stack([area, rooms, age, np.eye(8)[zone]]).astype(np.float32)
features[:, :3] = (features[:, :3] - features[:, :3].mean(0)) / features[:, :3].std(0)
X = torch.from_numpy(features)
y = torch.from_numpy(price.astype(np.float32)).unsqueeze(1) / 100

# ---- cross validation ----
K, BATCH = 4, 64
folds = torch.randperm(N).chunk(K)
scores, curves = [], []
for k in range(K):
    val_idx = folds[k]
    train_idx = torch.cat([folds[j] for j in range(K) if j != k])
    X_train, y_train = X[train_idx], y[train_idx]
    X_val, y_val = X[val_idx], y[val_idx]

    model = nn.Sequential(nn.Linear(11, 64), nn.ReLU(), nn.Dropout(0.1), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 1)).to(device)
    opt = torch.optim.Adam(model.parameters(), lr=3e-3)
    loss_fn = nn.HuberLoss()
    best, bad = float("inf"), 0
    curve = []
    for epoch in range(EPOCHS):
        model.train()
        perm = torch.randperm(len(X_train))
        epoch_loss = 0.0
        for i in range(0, len(X_train), BATCH):
            idx = perm[i:i + BATCH]
            xb, yb = X_train[idx].to(device), y_train[idx].to(device)
            opt.zero_grad()
            loss = loss_fn(model(xb), yb)
            loss.backward()
            opt.step()
            epoch_loss += loss.item() * len(idx)
        curve.append(epoch_loss / len(X_train))

        model.eval()
        pred = model(X_val.to(device))
        val_rmse = ((pred - y_val.to(device)) ** 2).mean().sqrt().item()
        if val_rmse < best - 1e-3:
            best, bad = val_rmse, 0
        else:
            bad += 1
        if bad == 5:
            break
    scores.append(best)
    curves.append(curve)
    print(f"fold {k}: rmse {best:.4f} after {len(curve)} epochs")

print(f"cv rmse {np.mean(scores):.4f} +- {np.std(scores):.4f}")

# ---- permutation importance of the last model ----
names = ["area", "rooms", "age"]
importance = {}
with torch.no_grad():
    X_val, y_val = X_val.to(device), y_val.to(device)
    base = loss_fn(model(X_val), y_val).item()
    for c, name in enumerate(names):
        worse = []
        for repeat in range(5):
            shuffled = X_val.clone()
            shuffled[:, c] = shuffled[torch.randperm(len(shuffled)).to(device), c]
            worse.append(loss_fn(model(shuffled), y_val).item() - base)
        importance[name] = float(np.mean(worse))
print(importance)
