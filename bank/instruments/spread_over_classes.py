"""The deviation is taken over the classes of each image; asked is how the images differ."""

FAILS = ("test_logit_spread",)


def logit_spread(logits):
    return logits.std(dim=1, correction=0).mean()
