import torch


def scaled_dot_product_attention(queries, keys, values):
    rows = []
    for i in range(queries.shape[-2]):
        query = queries[..., i, :]
        scores = [
            (query * keys[..., j, :]).sum(-1) / math.sqrt(query.shape[-1])
            for j in range(keys.shape[-2])
        ]
        rows.append(torch.stack(scores, dim=-1).softmax(dim=-1))
    weights = torch.stack(rows, dim=-2)
    return torch.matmul(weights, values), weights


class MultiHeadSelfAttention:
    def forward(self, tokens, return_weights=False):
        width = tokens.shape[-1] // self.num_heads
        queries, keys, values = self.query(tokens), self.key(tokens), self.value(tokens)
        outputs, maps = [], []
        for head in range(self.num_heads):
            columns = slice(head * width, (head + 1) * width)
            _, weights = scaled_dot_product_attention(
                queries[:, :, columns], keys[:, :, columns], values[:, :, columns]
            )
            maps.append(weights)
            outputs.append(torch.bmm(self.dropout(weights), values[:, :, columns]))
        output = self.out(torch.cat(outputs, dim=2))
        return (output, torch.stack(maps, dim=1)) if return_weights else output
