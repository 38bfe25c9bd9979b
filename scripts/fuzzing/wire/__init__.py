"""The wire fuzzer: requests as bytes, wrong on the level of HTTP and of multipart framing."""
