"""The MLP has no dropout after fc2, only the one after GELU."""


class MLP(nn.Module):
    def forward(self, tokens):
        hidden = self.dropout(nn.functional.gelu(self.fc1(tokens)))
        return self.fc2(hidden)
