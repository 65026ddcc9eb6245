"""The MLP applies GELU a second time, to the output of fc2."""


class MLP(nn.Module):
    def forward(self, tokens):
        x = nn.functional.gelu(self.fc1(tokens))
        x = self.dropout(x)
        x = nn.functional.gelu(self.fc2(x))
        return self.dropout(x)
