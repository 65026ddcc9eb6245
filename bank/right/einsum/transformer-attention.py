import torch


def scaled_dot_product_attention(queries, keys, values):
    scores = torch.einsum("...nd,...md->...nm", queries, keys)
    weights = torch.softmax(scores * queries.size(-1) ** -0.5, -1)
    return torch.einsum("...nm,...me->...ne", weights, values), weights


class SelfAttention:
    def forward(self, tokens):
        scores = torch.einsum("bnd,bmd->bnm", self.query(tokens), self.key(tokens))
        weights = torch.softmax(scores / self.query.out_features**0.5, dim=2)
        return self.out(torch.einsum("bnm,bmd->bnd", weights, self.value(tokens)))


class MultiHeadSelfAttention:
    def forward(self, tokens, return_weights=False):
        batch, count, embed_dim = tokens.shape
        shape = (batch, count, self.num_heads, embed_dim // self.num_heads)
        queries, keys, values = (
            layer(tokens).reshape(shape) for layer in (self.query, self.key, self.value)
        )
        scores = torch.einsum("bnhd,bmhd->bhnm", queries, keys) / shape[-1] ** 0.5
        weights = scores.softmax(-1)
        heads = torch.einsum("bhnm,bmhd->bnhd", self.dropout(weights), values)
        output = self.out(heads.reshape(tokens.shape))
        if return_weights:
            return output, weights
        return output
