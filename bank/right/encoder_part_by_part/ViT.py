class ViT:
    def forward(self, images):
        tokens = self.dropout(self.embed(images))
        for block in self.encoder.blocks[:-1]:
            tokens = block(tokens)
        for block in self.encoder.blocks[-1:]:
            tokens = tokens + block.attention(block.norm1(tokens), return_weights=True)[0]
            tokens = tokens + block.mlp(block.norm2(tokens))
        tokens = self.encoder.norm(tokens)
        return self.head(tokens[:, 0] if self.pool == "class" else tokens.mean(dim=1))
