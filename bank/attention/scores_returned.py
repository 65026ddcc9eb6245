"""The scores are returned where the weights, after the softmax, are asked for."""

FAILS = ("test_formula", "test_weights_sum_to_one", "test_returned_weights")


def scaled_dot_product_attention(queries, keys, values):
    scores = queries @ keys.transpose(-2, -1) / queries.shape[-1] ** 0.5
    return scores.softmax(dim=-1) @ values, scores
