import torch


class MLP:
    def forward(self, tokens):
        results = []
        for number in range(tokens.shape[1]):
            hidden = nn.functional.gelu(self.fc1(tokens[:, number]))
            results.append(self.dropout(self.fc2(self.dropout(hidden))))
        return torch.stack(results, dim=1)


class Encoder:
    def forward(self, tokens):
        for number in range(len(self.blocks)):
            tokens = self.blocks[number](tokens)
        tokens = self.norm(tokens)
        return tokens
