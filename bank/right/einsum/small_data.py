import torch


def shift_images(images, shift):
    height, width = images.shape[-2:]

    def mover(size, step):
        numbers = torch.ones(size - abs(step), dtype=images.dtype, device=images.device)
        return torch.diag(numbers, step)

    up, down = mover(height, shift), mover(height, -shift)
    right, left = mover(width, shift), mover(width, -shift)
    if not images.is_floating_point():
        images, back = images.float(), images.dtype
        up, down, left, right = (each.float() for each in (up, down, left, right))
    else:
        back = images.dtype
    moved = [
        torch.einsum("rh,bchw,wk->bcrk", rows, images, columns)
        for rows in (up, down)
        for columns in (left, right)
    ]
    return torch.cat([images, *moved], dim=1).to(back)


class LocalitySelfAttention:
    def forward(self, tokens, return_weights=False):
        batch, count, embed_dim = tokens.shape
        if count < 2:
            raise ValueError("there is but one token")
        shape = (batch, count, self.num_heads, embed_dim // self.num_heads)
        queries, keys, values = (
            layer(tokens).reshape(shape) for layer in (self.query, self.key, self.value)
        )
        scores = torch.einsum("bnhd,bmhd->bhnm", queries / self.temperature, keys)
        others = 1 - torch.eye(count, dtype=scores.dtype, device=scores.device)
        weights = torch.softmax(scores + others.log(), dim=-1)
        heads = torch.einsum("bhnm,bmhd->bnhd", self.dropout(weights), values)
        output = self.out(heads.reshape(tokens.shape))
        return (output, weights) if return_weights else output
