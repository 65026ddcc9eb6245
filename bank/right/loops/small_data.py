import torch


def shift_images(images, shift):
    batch, channels, height, width = images.shape
    copies = [images]
    for down, right in ((-shift, -shift), (-shift, shift), (shift, -shift), (shift, shift)):
        rows = []
        for row in range(height):
            numbers = []
            for column in range(width):
                y, x = row - down, column - right
                inside = 0 <= y < height and 0 <= x < width
                numbers.append(images[:, :, y, x] if inside else images.new_zeros(batch, channels))
            rows.append(torch.stack(numbers, dim=-1))
        copies.append(torch.stack(rows, dim=-2))
    return torch.cat(copies, dim=1)


class ShiftedPatchTokenization:
    def forward(self, images):
        size = self.patch_size
        rows, columns = (side // size for side in images.shape[2:])
        if (rows * size, columns * size) != tuple(images.shape[2:]):
            raise ValueError(f"{tuple(images.shape[2:])} is no multiple of {size}")
        shifted = shift_images(images, size // 2)
        tokens = []
        for row in range(rows):
            for column in range(columns):
                top, left = row * size, column * size
                patch = shifted[:, :, top : top + size, left : left + size].flatten(1)
                tokens.append(self.projection(self.norm(patch)))
        return torch.stack(tokens, dim=1)


class LocalitySelfAttention:
    def forward(self, tokens, return_weights=False):
        batch, count, embed_dim = tokens.shape
        if count == 1:
            raise ValueError("one token alone")
        head_dim = embed_dim // self.num_heads
        queries, keys, values = self.query(tokens), self.key(tokens), self.value(tokens)
        outputs, weights = [], []
        for head in range(self.num_heads):
            columns = slice(head * head_dim, (head + 1) * head_dim)
            rows = []
            for one in range(count):
                scores = [
                    (queries[:, one, columns] * keys[:, other, columns]).sum(-1) / self.temperature
                    for other in range(count)
                    if other != one
                ]
                row = torch.stack(scores, dim=-1).softmax(dim=-1)
                nothing = row.new_zeros(batch, 1)
                rows.append(torch.cat([row[:, :one], nothing, row[:, one:]], dim=-1))
            weights.append(torch.stack(rows, dim=1))
            outputs.append(self.dropout(weights[-1]) @ values[..., columns])
        output = self.out(torch.cat(outputs, dim=-1))
        if return_weights:
            return output, torch.stack(weights, dim=1)
        return output
