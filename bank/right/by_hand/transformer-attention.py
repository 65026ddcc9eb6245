import torch


def scaled_dot_product_attention(queries, keys, values):
    scores = torch.matmul(queries, keys.swapaxes(-1, -2))
    scores = scores / torch.sqrt(torch.tensor(float(queries.shape[-1])))
    scores = scores - scores.amax(dim=-1, keepdim=True).detach()
    exponentials = torch.exp(scores)
    weights = exponentials / exponentials.sum(dim=-1, keepdim=True)
    return torch.matmul(weights, values), weights


class MultiHeadSelfAttention:
    def forward(self, tokens, return_weights=False):
        split = tokens.shape[-1] // self.num_heads
        queries = torch.stack((tokens @ self.query.weight.T + self.query.bias).split(split, -1), 1)
        keys = torch.stack((tokens @ self.key.weight.T + self.key.bias).split(split, -1), 1)
        values = torch.stack((tokens @ self.value.weight.T + self.value.bias).split(split, -1), 1)
        heads, weights = scaled_dot_product_attention(queries, keys, values)
        if self.training:
            heads = self.dropout(weights) @ values
        heads = torch.cat(heads.unbind(dim=1), dim=-1)
        output = heads @ self.out.weight.T + self.out.bias
        return (output, weights) if return_weights else output
