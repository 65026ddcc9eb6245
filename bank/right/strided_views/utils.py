"""Windows onto padded images, and views that are written through."""

import torch


def normalize(images, mean, std):
    output = images.clone(memory_format=torch.contiguous_format)
    by_channel = output.transpose(0, 1).flatten(2).unbind()
    for view, middle, spread in zip(by_channel, mean, std, strict=True):
        view.copy_((view - float(middle)) / float(spread))
    return torch.stack([view.view(len(images), *images.shape[2:]) for view in by_channel], dim=1)


@torch.inference_mode()
def random_horizontal_flip(images, probability, generator=None):
    draws = torch.rand(len(images), generator=generator, device=images.device)
    output = images.clone()
    for view, draw in zip(output.unbind(), draws.tolist(), strict=True):
        if draw < probability:
            view.copy_(view.flip(-1))
    return output


@torch.no_grad()
def random_crop(images, padding, probability, generator=None):
    batch, channels, height, width = images.shape
    tall, wide = height + 2 * padding, width + 2 * padding
    padded = images.new_zeros(batch, channels, tall, wide)
    padded[..., padding : padding + height, padding : padding + width].copy_(images)
    steps = torch.randint(
        2 * padding + 1, (batch, 2), generator=generator, device=images.device
    ).tolist()
    chosen = torch.rand(batch, generator=generator, device=images.device) < probability
    output = images.clone()
    for number in chosen.nonzero().flatten().tolist():
        top, left = steps[number]
        start = number * channels * tall * wide + top * wide + left
        stride = (tall * wide, wide, 1)
        output[number] = padded.as_strided((channels, height, width), stride, start)
    return output


@torch.no_grad()
def random_erase(images, size, probability, generator=None):
    batch, _, height, width = images.shape
    output = images.clone()
    windows = output.unfold(2, size, 1).unfold(3, size, 1)
    chosen = torch.rand(batch, generator=generator, device=images.device) < probability
    places = torch.randint(
        (height - size + 1) * (width - size + 1),
        (batch,),
        generator=generator,
        device=images.device,
    )
    for number in chosen.nonzero().flatten().tolist():
        top, left = divmod(int(places[number]), width - size + 1)
        windows[number, :, top, left].zero_()
    return output
