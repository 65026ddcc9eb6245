from torch.nn import functional as F


def norm_in_double(norm, tokens):
    weight, bias = norm.weight.double(), norm.bias.double()
    return F.layer_norm(tokens.double(), norm.normalized_shape, weight, bias, norm.eps)


class MLP:
    def forward(self, tokens):
        hidden = F.linear(tokens.double(), self.fc1.weight.double(), self.fc1.bias.double())
        hidden = self.dropout(F.gelu(hidden))
        output = F.linear(hidden, self.fc2.weight.double(), self.fc2.bias.double())
        return self.dropout(output).to(tokens.dtype)


class EncoderBlock:
    def forward(self, tokens):
        wide = tokens.double()
        wide = wide + self.attention(norm_in_double(self.norm1, wide).to(tokens.dtype)).double()
        wide = wide + self.mlp(norm_in_double(self.norm2, wide).to(tokens.dtype)).double()
        return wide.to(tokens.dtype)


class Encoder:
    def forward(self, tokens):
        for block in self.blocks:
            tokens = block(tokens)
        return norm_in_double(self.norm, tokens).to(tokens.dtype)
