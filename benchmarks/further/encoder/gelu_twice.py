"""The MLP applies the GELU a second time, after fc2 (before the last dropout), where no activation belongs."""


class MLP(nn.Module):
    def forward(self, tokens):
        gelu = nn.functional.gelu
        hidden = self.dropout(gelu(self.fc1(tokens)))
        return self.dropout(gelu(self.fc2(hidden)))
