"""What the labs give you beside `course`: data, studies of variants, measurements."""
