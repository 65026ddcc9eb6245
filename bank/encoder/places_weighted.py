"""Tokens are weighted by their place inside the encoder; places are the positions' matter."""

import torch

FAILS = ("test_encoder", "test_tokens_have_no_places")


class Encoder:
    def forward(self, tokens):
        tokens = tokens * torch.linspace(1, 2, tokens.shape[1]).view(-1, 1)
        for block in self.blocks:
            tokens = block(tokens)
        return self.norm(tokens)
