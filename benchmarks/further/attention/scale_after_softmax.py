"""The division by sqrt(d) happens after the softmax instead of before it: the softmax gets the unscaled scores and the weights are divided by sqrt(d), so each row sums to 1/sqrt(d)."""


def scaled_dot_product_attention(queries, keys, values):
    scores = queries @ keys.transpose(-2, -1)
    weights = scores.softmax(dim=-1) / math.sqrt(queries.shape[-1])
    return weights @ values, weights
