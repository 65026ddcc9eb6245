class Encoder:
    def forward(self, tokens):
        return self.norm(self.through(tokens, 0))

    def through(self, tokens, number):
        if number == len(self.blocks):
            return tokens
        return self.through(self.blocks[number](tokens), number + 1)
