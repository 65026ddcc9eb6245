"""The queries are scaled in place, which changes the caller's tensor."""

FAILS = ("test_calls_stand_alone",)


def scaled_dot_product_attention(queries, keys, values):
    queries /= queries.shape[-1] ** 0.5
    weights = (queries @ keys.transpose(-2, -1)).softmax(dim=-1)
    return weights @ values, weights
