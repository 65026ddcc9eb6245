"""The mean is taken off in place, from the logits that were handed in."""

FAILS = ("test_spread_of_any_batch",)


def logit_spread(logits):
    logits -= logits.mean(dim=0)
    return logits.square().mean(dim=0).sqrt().mean()
