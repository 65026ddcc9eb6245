"""A permutation whose derivative is the permutation back."""

import torch


class Rearranged(torch.autograd.Function):
    @staticmethod
    def forward(ctx, values, order):
        ctx.save_for_backward(order)
        return values[:, order]

    @staticmethod
    def backward(ctx, gradient):
        (order,) = ctx.saved_tensors
        return gradient[:, order.argsort()], None


def order_of(channels, height, width, patch_size, device):
    size = (channels, height // patch_size, patch_size, width // patch_size, patch_size)
    places = torch.arange(channels * height * width, device=device).view(size)
    return places.permute(1, 3, 0, 2, 4).flatten()


def images_to_patches(images, patch_size):
    batch, channels, height, width = images.shape
    if height % patch_size or width % patch_size:
        raise ValueError(f"height {height} or width {width} by {patch_size} has a remainder")
    order = order_of(channels, height, width, patch_size, images.device)
    values = Rearranged.apply(images.flatten(1), order)
    return values.view(batch, -1, channels * patch_size * patch_size)


def patches_to_images(patches, patch_size, height, width):
    batch, count, length = patches.shape
    if count * patch_size * patch_size != height * width:
        raise ValueError(f"{count} * {patch_size} * {patch_size} is not {height} * {width}")
    channels = length // (patch_size * patch_size)
    order = order_of(channels, height, width, patch_size, patches.device).argsort()
    return Rearranged.apply(patches.flatten(1), order).view(batch, channels, height, width)
