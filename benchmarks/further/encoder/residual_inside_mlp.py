"""MLP.forward adds its own input (a residual connection) to its result, although the residual belongs in the block only, so the normalised tokens are added to the block's output, too."""


class MLP(nn.Module):
    def forward(self, tokens):
        hidden = self.dropout(nn.functional.gelu(self.fc1(tokens)))
        return tokens + self.dropout(self.fc2(hidden))
