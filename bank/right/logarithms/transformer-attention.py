def scaled_dot_product_attention(queries, keys, values):
    products = queries.unsqueeze(-2) * keys.unsqueeze(-3)
    logarithms = (products.sum(dim=-1) / math.sqrt(queries.shape[-1])).log_softmax(dim=-1)
    weights = logarithms.exp()
    return (weights.unsqueeze(-1) * values.unsqueeze(-3)).sum(dim=-2), weights


class SelfAttention:
    def forward(self, tokens):
        queries, keys, values = (layer(tokens) for layer in (self.query, self.key, self.value))
        scores = queries.mul(queries.shape[-1] ** -0.5).matmul(keys.transpose(1, 2))
        total = scores.logsumexp(dim=-1, keepdim=True)
        return self.out((scores - total).exp() @ values)
