"""A Trainer in the manner of the well-known one, with what this project needs of it."""
import logging
import math
import os

import numpy as np
import torch
from torch.utils.data import DataLoader

logger = logging.getLogger(__name__)


class EarlyStopping:
    def __init__(self, patience):
        self.patience = patience
        self.best = None
        self.waited = 0

    def on_evaluate(self, metrics):
        if self.best is None or metrics["eval_loss"] < self.best:
            self.best, self.waited = metrics["eval_loss"], 0
        else:
            self.waited += 1
        return self.patience is not None and self.waited >= self.patience


class Trainer:
    def __init__(self, model, args, train_dataset, eval_dataset, data_collator, compute_metrics=None):
        self.args = args
        self.model = model.to(args.device)
        self.train_dataset = train_dataset
        self.eval_dataset = eval_dataset
        self.data_collator = data_collator
        self.compute_metrics = compute_metrics
        self.optimizer = None
        self.lr_scheduler = None
        self.early_stopping = EarlyStopping(args.early_stopping_patience)
        self.log_history = []
        self.global_step = 0

    def get_train_dataloader(self):
        generator = torch.Generator().manual_seed(self.args.seed)
        return DataLoader(
            self.train_dataset,
            batch_size=self.args.per_device_train_batch_size,
            shuffle=True,
            generator=generator,
            collate_fn=self.data_collator,
            drop_last=True,
        )

    def get_eval_dataloader(self):
        return DataLoader(self.eval_dataset, batch_size=self.args.per_device_eval_batch_size, collate_fn=self.data_collator)

    def create_optimizer_and_scheduler(self, num_training_steps):
        no_decay = ("bias", "LayerNorm.weight", "norm1.weight", "norm2.weight")
        groups = [
            {"params": [p for n, p in self.model.named_parameters() if not n.endswith(no_decay)], "weight_decay": self.args.weight_decay},
            {"params": [p for n, p in self.model.named_parameters() if n.endswith(no_decay)], "weight_decay": 0.0},
        ]
        self.optimizer = torch.optim.AdamW(groups, lr=self.args.learning_rate)
        self.lr_scheduler = torch.optim.lr_scheduler.LambdaLR(self.optimizer, lambda step: max(0.0, 1 - step / num_training_steps))

    def _prepare_inputs(self, inputs):
        return {k: v.to(self.args.device) if isinstance(v, torch.Tensor) else v for k, v in inputs.items()}

    def compute_loss(self, model, inputs):
        return model(**inputs).loss

    def training_step(self, inputs):
        self.model.train()
        inputs = self._prepare_inputs(inputs)
        loss = self.compute_loss(self.model, inputs)
        loss.backward()
        return loss.detach()

    def train(self):
        dataloader = self.get_train_dataloader()
        max_steps = len(dataloader) * self.args.num_train_epochs
        self.create_optimizer_and_scheduler(max_steps)
        tr_loss = torch.tensor(0.0, device=self.args.device)
        self._total_loss_scalar = 0.0
        self._logging_loss = 0.0
        should_stop = False
        for epoch in range(self.args.num_train_epochs):
            for inputs in dataloader:
                tr_loss_step = self.training_step(inputs)
                if self.args.logging_nan_inf_filter and (torch.isnan(tr_loss_step) or torch.isinf(tr_loss_step)):
                    # if loss is nan or inf simply add the average of previous logged losses
                    tr_loss += tr_loss / (1 + self.global_step)
                else:
                    tr_loss += tr_loss_step
                torch.nn.utils.clip_grad_norm_(self.model.parameters(), self.args.max_grad_norm)
                self.optimizer.step()
                self.lr_scheduler.step()
                self.optimizer.zero_grad()
                self.global_step += 1
                self._total_loss_scalar += tr_loss_step.item()
                if self.global_step % self.args.logging_steps == 0:
                    self.log({"loss": round((self._total_loss_scalar - self._logging_loss) / self.args.logging_steps, 4),
                              "learning_rate": self.lr_scheduler.get_last_lr()[0], "epoch": epoch})
                    self._logging_loss = self._total_loss_scalar
                if self.global_step % self.args.eval_steps == 0:
                    metrics = self.evaluate()
                    should_stop = self.early_stopping.on_evaluate(metrics)
                if should_stop:
                    break
            if should_stop:
                break
        self.save_model()
        return {"global_step": self.global_step, "training_loss": self._total_loss_scalar / self.global_step, "tr_loss": tr_loss.item()}

    def prediction_step(self, inputs):
        self.model.eval()
        inputs = self._prepare_inputs(inputs)
        outputs = self.model(**inputs)
        return outputs.loss.detach(), outputs.logits.detach(), inputs["labels"]

    def evaluate(self):
        """Loss and metrics over the evaluation set. The logits of all of it do not fit beside the model: they are kept on the host."""
        all_losses, all_logits, all_labels = [], [], []
        for inputs in self.get_eval_dataloader():
            loss, logits, labels = self.prediction_step(inputs)
            all_losses.append(loss.item() * len(labels))
            all_logits.append(logits.cpu().numpy())
            all_labels.append(labels.cpu().numpy())
        logits, labels = np.concatenate(all_logits), np.concatenate(all_labels)
        metrics = {"eval_loss": sum(all_losses) / len(labels)}
        if self.compute_metrics is not None:
            metrics.update({f"eval_{k}": v for k, v in self.compute_metrics((logits, labels)).items()})
        self.log(metrics)
        return metrics

    def log(self, logs):
        output = {**logs, "step": self.global_step}
        if any(isinstance(v, float) and math.isnan(v) for v in output.values()):
            logger.warning("not a number at step %d", self.global_step)
        self.log_history.append(output)
        logger.info(output)

    def save_model(self):
        os.makedirs(self.args.output_dir, exist_ok=True)
        torch.save(self.model.state_dict(), os.path.join(self.args.output_dir, "pytorch_model.bin"))
