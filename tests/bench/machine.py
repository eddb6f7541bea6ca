# SPDX-License-Identifier: ISC
# What the measurements need of the machine: servers of their own in one directory, and the time
# and memory of processes by /proc.  For tests/bench/run.
import os
import random
import re
import socket
import subprocess
import time

TICK = os.sysconf("SC_CLK_TCK")


def read(path):
    try:
        with open(path, "rb") as source:
            return source.read().decode("utf-8", "replace")
    except OSError:
        return ""


def env_of(directory):
    return dict(re.findall(r"^(\w+)='(.*)'$", read(directory + "/env"), re.M))


def parents():
    """Every process and its parent."""
    table = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            stat = read("/proc/%s/stat" % name)
            if stat:
                table[int(name)] = int(stat.rsplit(")", 1)[1].split()[1])
    return table


def family(root):
    """The process and its descendants."""
    table = parents()
    found, grown = {root}, True
    while grown:
        more = {pid for pid, parent in table.items() if parent in found} - found
        found |= more
        grown = bool(more)
    return sorted(pid for pid in found if pid in table)


def role(pid):
    words = read("/proc/%d/cmdline" % pid).replace("=", "\0").split("\0")
    return words[words.index("--role") + 1] if "--role" in words else "parent"


def cpu(root):
    """Seconds of the processor: all of the family, with its dead."""
    total = 0
    for pid in family(root):
        stat = read("/proc/%d/stat" % pid)
        if stat:
            total += sum(int(n) for n in stat.rsplit(")", 1)[1].split()[11:15])
    return total / TICK


def cpu_exact(root):
    """The same of the living only, in nanoseconds' exactness."""
    stats = (read("/proc/%d/schedstat" % pid).split() for pid in family(root))
    return sum(int(stat[0]) for stat in stats if stat) / 1e9


def memory(root, field, source="smaps_rollup"):
    """KB by role."""
    found = {}
    for pid in family(root):
        match = re.search(r"^%s:\s+(\d+) kB" % field, read("/proc/%d/%s" % (pid, source)), re.M)
        if match:
            found[role(pid)] = found.get(role(pid), 0) + int(match.group(1))
    return found


def by_process(root, field):
    """KB by process, from status."""
    found = {}
    for pid in family(root):
        match = re.search(r"^%s:\s+(\d+) kB" % field, read("/proc/%d/status" % pid), re.M)
        if match:
            found[pid] = int(match.group(1))
    return found


def forget_peaks(root):
    for pid in family(root):
        try:
            with open("/proc/%d/clear_refs" % pid, "w", encoding="ascii") as out:
                out.write("5")
        except OSError:
            pass


class Imap:
    """Just enough to fill a mailbox fast."""

    def __init__(self, port, user):
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.lines = self.socket.makefile("rb")
        self.lines.readline()
        self.command(b'LOGIN "%s" "secret"' % user.encode())

    def command(self, text):
        self.socket.sendall(b"m " + text + b"\r\n")
        while True:
            line = self.lines.readline()
            if not line or line.startswith((b"m NO", b"m BAD")):
                raise SystemExit("IMAP: %r" % line)
            if line.startswith(b"m "):
                return

    def append(self, mails):
        self.command(b"APPEND INBOX" + b"".join(
            b" {%d+}\r\n%s" % (len(mail), mail) for mail in mails))


class Machine:
    """Dovecot, a submission server that keeps nothing, and the bridge."""

    def __init__(self, top, build, directory):
        self.top, self.build, self.directory = top, build, directory
        self.sink = None
        self.environment = dict(os.environ, TEST_CA=directory + "/ca", EASBRIDGED=build +
                                "/easbridged", BRIDGE_DOMAINS=directory + "/domains",
                                BRIDGE_LOG_LEVEL="info",
                                BRIDGE_SERVER_EXTRA="head_timeout = 60")

    def program(self, name):
        return "%s/tests/bench/%s" % (self.build, name)

    def server(self, action, *words):
        subprocess.run([self.top + "/tests/servers/" + action, *words], check=True,
                       env=self.environment, stdout=subprocess.DEVNULL)

    def start(self):
        self.server("start", "dovecot", self.directory + "/imap")
        self.imap = env_of(self.directory + "/imap")
        self.sink = subprocess.Popen([self.program("raw_smtp"), "sink"],
                                     stdout=subprocess.PIPE, text=True)
        self.smtp_port = self.sink.stdout.readline().strip()
        with open(self.directory + "/domains", "w", encoding="ascii") as out:
            for name, store in (
                    ("bench.test", "imap://127.0.0.1:%s" % self.imap["IMAP_PORT"]),
                    ("tls.test", "imaps://localhost:%s ca=%s/ca/ca.pem"
                     % (self.imap["IMAPS_PORT"], self.directory))):
                out.write("[domain %s]\nimap = %s\nsmtp = smtp://127.0.0.1:%s\n"
                          "allow_plain_auth = yes\n" % (name, store, self.smtp_port))
        self.server("start", "bridge", self.directory + "/bridge")
        self.eas = env_of(self.directory + "/bridge")
        self.environment.update(self.imap, **self.eas)
        for name in ("easbridged", "dovecot"):
            setattr(self, name, int(read({
                "easbridged": self.directory + "/bridge/easbridged.pid",
                "dovecot": self.directory + "/imap/run/master.pid"}[name])))

    def stop(self):
        for name in ("bridge", "imap"):
            if os.path.exists("%s/%s/kind" % (self.directory, name)):
                subprocess.run([self.top + "/tests/servers/stop", self.directory + "/" + name],
                               check=False)
        if self.sink:
            self.sink.kill()

    def restart_bridge(self):
        self.server("stop", self.directory + "/bridge")
        self.server("start", "bridge", self.directory + "/bridge")
        self.easbridged = int(read(self.directory + "/bridge/easbridged.pid"))

    def settle(self, most=120):
        """Waits until bridge and Dovecot do nothing any more."""
        end = time.monotonic() + most
        while time.monotonic() < end:
            before = cpu(self.easbridged) + cpu(self.dovecot)
            time.sleep(2)
            if cpu(self.easbridged) + cpu(self.dovecot) - before <= 0.05:
                return
        print("  (never came to rest)")

    def fill(self, user, count):
        subprocess.run([self.top + "/tests/servers/fill", self.directory + "/imap", user, "INBOX",
                        str(count)], check=True)

    def fill_small(self, user, have, count):
        """So many small mails, a third of them read, with holes in the UIDs: by copies, since
        the server links them."""
        imap = Imap(int(self.imap["IMAP_PORT"]), user)
        if not have:
            have = 1000
            imap.append([b"From: a%d@example.net\r\nTo: b@ex.test\r\nSubject: mail %d\r\n"
                         b"Date: Mon, 06 Jan 2025 10:00:00 +0000\r\nMessage-ID: <%d@example.net>"
                         b"\r\n\r\nText of mail %d.\r\n" % (n % 97, n, n, n) for n in range(have)])
        imap.command(b"SELECT INBOX")
        while have < count:
            more = min(have, count - have, 5000)
            imap.command(b"COPY 1:%d INBOX" % more)
            have += more
        numbers = random.Random(count).sample(range(1, count + 1), count // 3)
        for start in range(0, len(numbers), 1000):
            imap.command(b"STORE %s +FLAGS.SILENT (\\Seen)"
                         % b",".join(b"%d" % n for n in numbers[start:start + 1000]))
        imap.command(b"STORE %s +FLAGS.SILENT (\\Deleted)"
                     % b",".join(b"%d" % n for n in numbers[:count // 100]))
        imap.command(b"EXPUNGE")
        imap.command(b"COPY 1:%d INBOX" % (count // 100))

    def settings(self, user, **more):
        plain = {"BENCH_USER": user, "EAS_URL": self.eas["EAS_PLAIN_URL"]}
        return {**self.environment, **plain, **more}

    def run(self, user, program, *words, **more):
        """The program's output, a list of (name, {figure: number}) a line."""
        done = subprocess.run([self.program(program), *map(str, words)], check=True, text=True,
                              stdout=subprocess.PIPE, env=self.settings(user, **more))
        return figures(done.stdout)

    def talk(self, user, program, *words, **more):
        return Talk([self.program(program), *map(str, words)], self.settings(user, **more))


def figures(text):
    found = {}
    for line in text.splitlines():
        words = line.split()
        found[words[0]] = {name: int(value) for name, value in
                           (word.split("=") for word in words[1:] if "=" in word)}
        if len(words) == 2 and "=" not in words[1]:
            found[words[0]] = int(words[1])
    return found


class Talk:
    """A program that waits for lines."""

    def __init__(self, words, environment):
        self.process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        text=True, env=environment)
        self.said = ""

    def until(self, word):
        self.said = ""
        for line in self.process.stdout:
            self.said += line
            if line.startswith(word):
                return figures(self.said)
        raise SystemExit("%s ended before it said %r" % (self.process.args[0], word))

    def tell(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def ask(self, line, word):
        self.tell(line)
        return self.until(word)

    def end(self):
        self.process.stdin.close()
        self.process.wait()


def median(values):
    return sorted(values)[len(values) // 2]


def idle(root, seconds):
    """Processor seconds a minute while nothing is asked."""
    before = cpu_exact(root)
    time.sleep(seconds)
    return (cpu_exact(root) - before) * 60 / seconds
