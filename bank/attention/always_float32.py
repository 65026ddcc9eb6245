"""The result is float32 whatever the dtype of the arguments was."""

FAILS = ("test_dtypes",)


def scaled_dot_product_attention(queries, keys, values):
    scores = queries.float() @ keys.float().transpose(-2, -1) / queries.shape[-1] ** 0.5
    weights = scores.softmax(dim=-1)
    return weights @ values.float(), weights
