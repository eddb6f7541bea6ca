# SPDX-License-Identifier: ISC
# IMAP servers that misbehave.  The scripted kinds know one mailbox with five
# mails and do one thing wrong; the proxying kinds stand in front of an honest
# server and log what clients say, slow answers down or cut them off.
# A line of a proxy's log: "LOGIN-NAME COMMAND", secrets left out.
import argparse
import asyncio
import re

CAPABILITY = "IMAP4rev1 LITERAL+ UIDPLUS IDLE NAMESPACE"


class Session:
    """A scripted server: answers just enough, and goes wrong in one place."""

    def __init__(self, kind, reader, writer):
        self.kind = kind
        self.reader = reader
        self.writer = writer

    def send(self, text):
        self.writer.write(text.encode() if isinstance(text, str) else text)

    async def run(self):
        self.send("* OK [CAPABILITY %s] ready\r\n" % CAPABILITY)
        while True:
            line = (await self.reader.readline()).decode("latin-1")
            if not line:
                return
            tag, _, rest = line.strip().partition(" ")
            word = rest.upper()
            literal = re.search(r"\{(\d+)\+?\}$", line.strip())
            if literal:
                if not line.strip().endswith("+}"):
                    self.send("+ go on\r\n")
                await self.reader.readexactly(int(literal.group(1)))
                await self.reader.readline()
            if not await self.answer(tag, word):
                return

    async def answer(self, tag, word):
        if word.startswith("LOGOUT"):
            self.send("* BYE\r\n%s OK\r\n" % tag)
            return False
        if word.startswith(("LIST", "LSUB")):
            self.send('* LIST (\\HasNoChildren) "/" INBOX\r\n')
            for name in ("Drafts", "Sent", "Trash", "Junk", "Archive"):
                self.send('* LIST (\\HasNoChildren \\%s) "/" %s\r\n' % (name, name))
        elif word.startswith("CAPABILITY"):
            self.send("* CAPABILITY %s\r\n" % CAPABILITY)
        elif word.startswith("NAMESPACE"):
            self.send('* NAMESPACE (("" "/")) NIL NIL\r\n')
        elif word.startswith(("SELECT", "EXAMINE")):
            self.send("* FLAGS (\\Seen)\r\n* 5 EXISTS\r\n* 0 RECENT\r\n"
                      "* OK [UIDVALIDITY 7] x\r\n* OK [UIDNEXT 6] x\r\n")
        elif word.startswith("STATUS"):
            name = word.split()[1]
            self.send("* STATUS %s (MESSAGES 5 UIDNEXT 6 UIDVALIDITY 7 UNSEEN 0)\r\n" % name)
        elif "SEARCH" in word:
            self.send("* SEARCH 1 2 3 4 5\r\n")
        elif "FETCH" in word:
            return await self.fetch(tag)
        elif word.startswith("IDLE"):
            self.send("+ idling\r\n")
            return True
        elif word.startswith("DONE"):
            return True
        self.send("%s OK done\r\n" % tag)
        return True

    async def fetch(self, tag):
        await getattr(self, "fetch_" + self.kind)(tag)
        try:
            await self.writer.drain()
        except ConnectionError:
            pass
        return self.kind in ("garbage", "endless")

    async def fetch_eof(self, tag):
        self.send("* 1 FETCH (UID 1 BODY[] {1000}\r\nonly this much")

    async def fetch_hang(self, tag):
        await asyncio.sleep(3600)

    async def fetch_drip(self, tag):
        self.send("* 1 FETCH (UID 1 BODY[] {1000000}\r\n")
        for _ in range(3600):
            self.send("x")
            await self.writer.drain()
            await asyncio.sleep(1)

    async def fetch_huge(self, tag):
        self.send("* 1 FETCH (UID 1 BODY[] {4294967295}\r\nxxx")
        await asyncio.sleep(1)

    async def fetch_deep(self, tag):
        self.send("* 1 FETCH (UID 1 BODYSTRUCTURE " + "(" * 200000)
        await asyncio.sleep(1)

    async def fetch_long(self, tag):
        self.send("* 1 FETCH (UID 1 FLAGS (")
        try:
            for _ in range(2000):
                self.send("x" * 65536)
                await self.writer.drain()
        except ConnectionError:
            pass

    async def fetch_garbage(self, tag):
        self.send("* 1 FETCH (UID 1 NONSENSE (a (b \"c) FLAGS )))\r\n* ~~~\r\n* 1 XYZZY\r\n")
        self.send("%s OK done\r\n" % tag)

    async def fetch_endless(self, tag):
        try:
            for number in range(200000):
                self.send("* %d EXISTS\r\n" % number)
                if number % 1000 == 0:
                    await self.writer.drain()
        except ConnectionError:
            pass
        self.send("%s OK done\r\n" % tag)


SCRIPTED = ("eof", "hang", "drip", "huge", "deep", "long", "garbage", "endless")
PROXIES = ("counted", "slow", "poison")
SLOW_SECONDS = 4


class Proxy:
    """Stands between a client and the honest server on port upstream."""

    def __init__(self, kind, upstream, log):
        self.kind = kind
        self.upstream = upstream
        self.log = log
        self.user = "-"

    def note(self, line):
        text = line.decode("latin-1").strip()
        login = re.match(r'\S+ LOGIN "?([^" ]+)"?', text, re.I)
        if login:
            self.user = login.group(1)
            text = "LOGIN"
        elif re.match(r"\S+ AUTHENTICATE", text, re.I):
            text = "AUTHENTICATE"
            plain = re.search(r"PLAIN (\S+)$", line.decode("latin-1").strip(), re.I)
            if plain:
                self.sasl(plain.group(1))
        else:
            text = text.partition(" ")[2] or text
        with open(self.log, "a", encoding="utf-8") as out:
            out.write("%s %s\n" % (self.user, text[:500]))

    def sasl(self, word):
        import base64
        parts = base64.b64decode(word + "===").split(b"\0")
        self.user = parts[1].decode("utf-8", "replace") if len(parts) == 3 else "-"

    async def upward(self, client, server):
        while True:
            line = await client.readline()
            if not line:
                break
            if re.fullmatch(rb"[A-Za-z0-9+/=]{8,}\r\n", line):
                self.sasl(line.strip().decode())
                with open(self.log, "a", encoding="utf-8") as out:
                    out.write("%s AUTHENTICATE\n" % self.user)
            else:
                self.note(line)
            server.write(line)
            await server.drain()
        server.close()

    async def downward(self, server, client):
        while True:
            line = await server.readline()
            if not line:
                break
            client.write(line)
            literal = re.search(rb"\{(\d+)\}\r\n$", line)
            if literal:
                data = await server.readexactly(int(literal.group(1)))
                if self.kind == "poison" and b"X-Poison" in data:
                    break
                if self.kind == "slow" and len(data) > 200:
                    await asyncio.sleep(SLOW_SECONDS)
                client.write(data)
            await client.drain()
        client.close()

    async def run(self, reader, writer):
        up_reader, up_writer = await asyncio.open_connection("127.0.0.1", self.upstream,
                                                             limit=1 << 24)
        await asyncio.gather(self.upward(reader, up_writer), self.downward(up_reader, writer),
                             return_exceptions=True)
        writer.close()
        up_writer.close()


def serve(kind, options):
    async def client(reader, writer):
        try:
            if kind in PROXIES:
                await Proxy(kind, options.upstream, "%s/%s.log" % (options.logs, kind)).run(
                    reader, writer)
            else:
                await Session(kind, reader, writer).run()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    return client


async def main(options):
    with open(options.ports, encoding="utf-8") as lines:
        ports = [line.split() for line in lines]
    for kind, port in ports:
        if kind in PROXIES:
            open("%s/%s.log" % (options.logs, kind), "a", encoding="utf-8").close()
        await asyncio.start_server(serve(kind, options), "127.0.0.1", int(port), limit=1 << 24)
    await asyncio.Event().wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--ports")
    parser.add_argument("--logs")
    parser.add_argument("--upstream", type=int)
    arguments = parser.parse_args()
    if arguments.list:
        print(*SCRIPTED, *PROXIES)
    else:
        asyncio.run(main(arguments))
