# SPDX-License-Identifier: ISC
# A saslauthd for tests: whoever says "secret" is let in.  Its protocol: four
# counted strings (user, password, service, realm), answered by one.
import os
import socket
import struct
import sys


def take(connection, size):
    data = b""
    while len(data) < size:
        piece = connection.recv(size - len(data))
        if not piece:
            raise ConnectionError
        data += piece
    return data


def counted(connection):
    return take(connection, struct.unpack("!H", take(connection, 2))[0])


def main():
    path = sys.argv[1]
    if os.path.exists(path):
        os.unlink(path)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    listener.listen(64)
    while True:
        connection, _ = listener.accept()
        with connection:
            try:
                words = [counted(connection) for _ in range(4)]
                answer = b"OK" if words[1] == b"secret" else b"NO"
                connection.sendall(struct.pack("!H", len(answer)) + answer)
            except OSError:
                pass


main()
