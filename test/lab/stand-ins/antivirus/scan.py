"""What clamd does with INSTREAM (clamd(8)): chunks, each behind its length in four bytes, until one has none."""

import struct

#: The file that all scanners know (eicar.org), in two halves, so that no scanner finds it here.
TEST_VIRUS = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
COMMAND = b"zINSTREAM\0"


def answer(connection, first):
    data = first[len(COMMAND) :] if first.startswith(COMMAND) else b""

    def take(count):
        nonlocal data
        while len(data) < count:
            more = connection.recv(65536)
            if not more:
                raise ConnectionError("it has hung up")
            data += more
        taken, data = data[:count], data[count:]
        return taken

    found = b""
    while True:
        size = struct.unpack("!I", take(4))[0]
        if size == 0:
            break
        found += take(size)
    connection.sendall(b"stream: Eicar-Test-Signature FOUND\0" if TEST_VIRUS in found else b"stream: OK\0")
