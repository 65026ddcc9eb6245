class MLP:
    def forward(self, tokens):
        columns = tokens.transpose(-2, -1)
        hidden = self.fc1.weight @ columns + self.fc1.bias.unsqueeze(-1)
        hidden = self.dropout(nn.functional.gelu(hidden))
        output = self.fc2.weight @ hidden + self.fc2.bias.unsqueeze(-1)
        return self.dropout(output).transpose(-2, -1)


class Encoder:
    def forward(self, tokens):
        sequence = tokens.transpose(0, 1)
        for block in self.blocks:
            sequence = block(sequence.transpose(0, 1)).transpose(0, 1)
        return self.norm(sequence).transpose(0, 1)
