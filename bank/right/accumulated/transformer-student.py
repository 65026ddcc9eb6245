class EncoderBlock:
    def forward(self, tokens):
        attended = self.attention(self.norm1(tokens)).clone()
        attended += tokens
        output = self.mlp(self.norm2(attended)).clone()
        output += attended
        return output


class Encoder:
    def forward(self, tokens):
        stream = tokens.clone()
        for block in self.blocks:
            stream = stream + (block(stream) - stream)
        return self.norm(stream)
