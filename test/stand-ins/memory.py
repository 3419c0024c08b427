"""As much of redis as the stand-ins use, in memory, without an end for what has a time."""


class Memory:
    def __init__(self):
        self.kept = {}

    def __call__(self, command, key, *words):
        return getattr(self, command.lower())(key, *words)

    def get(self, key):
        return self.kept.get(key)

    def mget(self, *keys):
        return [self.kept.get(key) for key in keys]

    def incr(self, key):
        self.kept[key] = str(int(self.kept.get(key, 0)) + 1)
        return int(self.kept[key])

    def expire(self, _, __):
        return 1

    def setex(self, key, _, value):
        self.kept[key] = str(value)

    def lpush(self, key, value):
        self.kept[key] = [str(value), *self.kept.get(key, [])]

    def ltrim(self, key, begin, end):
        self.kept[key] = self.kept[key][begin : end + 1]

    def lrange(self, key, begin, end):
        return self.kept.get(key, [])[begin : end + 1]
