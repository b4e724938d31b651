from collections import namedtuple

import torch
from torch import nn

SequenceClassifierOutput = namedtuple("SequenceClassifierOutput", ["loss", "logits"])


class Embeddings(nn.Module):
    def __init__(self, vocab_size, hidden_size, max_position_embeddings):
        super().__init__()
        self.word_embeddings = nn.Embedding(vocab_size, hidden_size, padding_idx=0)
        self.position_embeddings = nn.Embedding(max_position_embeddings, hidden_size)
        self.LayerNorm = nn.LayerNorm(hidden_size)

    def forward(self, input_ids):
        seq_length = input_ids.size(1)
        position_ids = torch.arange(seq_length, dtype=torch.long)
        position_ids = position_ids.unsqueeze(0).expand_as(input_ids).to(input_ids.device)
        return self.LayerNorm(self.word_embeddings(input_ids) + self.position_embeddings(position_ids))


class Layer(nn.Module):
    def __init__(self, hidden_size, num_heads):
        super().__init__()
        self.attention = nn.MultiheadAttention(hidden_size, num_heads, batch_first=True)
        self.norm1 = nn.LayerNorm(hidden_size)
        self.feed_forward = nn.Sequential(nn.Linear(hidden_size, 4 * hidden_size), nn.GELU(), nn.Linear(4 * hidden_size, hidden_size))
        self.norm2 = nn.LayerNorm(hidden_size)

    def forward(self, hidden_states, padding):
        attended, _ = self.attention(hidden_states, hidden_states, hidden_states, key_padding_mask=padding, need_weights=False)
        hidden_states = self.norm1(hidden_states + attended)
        return self.norm2(hidden_states + self.feed_forward(hidden_states))


class TextClassifier(nn.Module):
    def __init__(self, vocab_size=200, hidden_size=64, num_layers=2, num_heads=4, num_labels=4, max_position_embeddings=64):
        super().__init__()
        self.embeddings = Embeddings(vocab_size, hidden_size, max_position_embeddings)
        self.layers = nn.ModuleList([Layer(hidden_size, num_heads) for _ in range(num_layers)])
        self.classifier = nn.Linear(hidden_size, num_labels)
        self.loss_fct = nn.CrossEntropyLoss()

    def forward(self, input_ids, attention_mask, labels=None):
        hidden_states = self.embeddings(input_ids)
        padding = attention_mask == 0
        for layer in self.layers:
            hidden_states = layer(hidden_states, padding)
        logits = self.classifier(hidden_states[:, 0])
        loss = None if labels is None else self.loss_fct(logits, labels)
        return SequenceClassifierOutput(loss, logits)
