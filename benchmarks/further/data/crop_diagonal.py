"""random_crop draws one offset per image and uses it for both rows and columns, so images are only shifted along the diagonal."""


def random_crop(images, padding, probability, generator=None):
    batch, _, height, width = images.shape
    device = images.device
    chosen = torch.rand(batch, generator=generator, device=device) < probability
    offsets = torch.randint(0, 2 * padding + 1, (batch,), generator=generator, device=device)
    padded = torch.nn.functional.pad(images, (padding, padding, padding, padding))
    result = images.clone()
    for i in range(batch):
        if chosen[i]:
            start = int(offsets[i])
            result[i] = padded[i, :, start : start + height, start : start + width]
    return result
