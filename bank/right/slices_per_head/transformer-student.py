import torch


class EncoderBlock:
    def forward(self, tokens):
        heard = torch.cat([self.attention(self.norm1(each[None])) for each in tokens])
        tokens = torch.add(tokens, heard)
        thought = [self.mlp(self.norm2(part)) for part in tokens.tensor_split(2, dim=1)]
        return torch.add(tokens, torch.cat(thought, dim=1))
