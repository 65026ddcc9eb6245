import torch


def shift_images(images, shift):
    _, channels, height, width = images.shape
    result = torch.zeros_like(images).repeat(1, 5, 1, 1)
    result[:, :channels] = images
    low, high = slice(0, height - shift), slice(shift, height)
    near, far = slice(0, width - shift), slice(shift, width)
    moves = [(low, near, high, far), (low, far, high, near), (high, near, low, far)]
    moves.append((high, far, low, near))
    for number, (to_y, to_x, from_y, from_x) in enumerate(moves, start=1):
        part = slice(number * channels, (number + 1) * channels)
        result[:, part, to_y, to_x] = images[:, :, from_y, from_x]
    return result


class ShiftedPatchTokenization:
    def forward(self, images):
        copies = shift_images(images, self.patch_size // 2).chunk(5, dim=1)
        patches = torch.cat(
            [ViT.images_to_patches(copy, self.patch_size) for copy in copies], dim=2
        )
        mean = patches.mean(-1, keepdim=True)
        variance = ((patches - mean) ** 2).mean(-1, keepdim=True)
        normal = (patches - mean) / torch.sqrt(variance + self.norm.eps)
        normal = normal * self.norm.weight + self.norm.bias
        return normal @ self.projection.weight.T + self.projection.bias


class LocalitySelfAttention:
    def forward(self, tokens, return_weights=False):
        batch, count, embed_dim = tokens.shape
        if count == 1:
            raise ValueError("cannot attend: 1 token only")
        q, k, v = (
            (tokens @ layer.weight.T + layer.bias)
            .view(batch, count, self.num_heads, embed_dim // self.num_heads)
            .permute(0, 2, 1, 3)
            for layer in (self.query, self.key, self.value)
        )
        others = ~torch.eye(count, dtype=torch.bool, device=tokens.device)
        scores = torch.matmul(q, k.mT) / self.temperature
        scores = scores + torch.where(others, 0, float("-inf")).to(scores.dtype)
        exponentials = torch.exp(scores - scores.max(dim=-1, keepdim=True).values)
        weights = exponentials / exponentials.sum(dim=-1, keepdim=True)
        heads = torch.matmul(self.dropout(weights), v)
        output = heads.permute(0, 2, 1, 3).reshape(batch, count, embed_dim) @ self.out.weight.T
        output = output + self.out.bias
        if return_weights:
            return output, weights
        return output
