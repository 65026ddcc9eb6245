import functools

import torch


class MLP:
    def forward(self, tokens):
        hidden = self.fc1(tokens)
        half_and_half = torch.special.ndtr(hidden.float() if hidden.dtype.itemsize < 4 else hidden)
        return self.dropout(self.fc2(self.dropout(hidden * half_and_half.to(hidden.dtype))))


class Encoder:
    def forward(self, tokens):
        return self.norm(functools.reduce(lambda state, block: block(state), self.blocks, tokens))
