# SPDX-License-Identifier: ISC
# The SMTP sink of the tests (see smtp.sh): takes mail, keeps it as files, and
# refuses by the recipient's name.  Any password is right except "wrong".
# Files appear complete (written aside, then renamed), numbered in order.
import argparse
import asyncio
import json
import os
import signal
import ssl

from aiosmtpd.handlers import Sink
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

REFUSALS = {
    "bad": "550 5.1.1 no such user",
    "later": "451 4.3.0 try again later",
    "full": "552 5.2.2 mailbox full",
}


class Keeper(Sink):
    def __init__(self, options):
        self.options = options
        self.count = len([n for n in os.listdir(options.mails) if n.endswith(".eml")])

    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):
        for prefix, answer in REFUSALS.items():
            if address.startswith(prefix):
                return answer
        if address.startswith("slow"):
            await asyncio.sleep(3)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_MAIL(self, server, session, envelope, address, mail_options):
        envelope.mail_from = address
        envelope.mail_options = list(mail_options)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if self.options.reject == "yes":
            return "554 5.7.1 refused by policy"
        self.count += 1
        about = {
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "options": envelope.mail_options,
            "user": session.auth_data if session.authenticated else None,
            "tls": server.transport.get_extra_info("sslcontext") is not None,
        }
        self.write("env", json.dumps(about).encode() + b"\n")
        self.write("eml", envelope.original_content)
        return "250 OK kept as %d" % self.count

    def write(self, suffix, data):
        name = os.path.join(self.options.mails, "%d.%s" % (self.count, suffix))
        with open(name + ".tmp", "wb") as out:
            out.write(data)
        os.rename(name + ".tmp", name)


def check_password(server, session, envelope, mechanism, data):
    if not isinstance(data, LoginPassword):
        return AuthResult(success=False, handled=False)
    if data.password == b"wrong":
        return AuthResult(success=False, handled=False)
    return AuthResult(success=True, auth_data=data.login.decode("utf-8", "replace"))


def server_factory(handler, options, context, inside_tls):
    with_auth = options.auth == "yes"

    def make():
        return SMTP(
            handler,
            hostname="localhost",
            data_size_limit=options.size,
            enable_SMTPUTF8=True,
            decode_data=False,
            tls_context=None if inside_tls else context,
            auth_required=with_auth,
            auth_require_tls=options.require_tls == "yes" and not inside_tls,
            authenticator=check_password if with_auth else None,
        )

    return make


async def main(options):
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(options.cert, options.key)
    handler = Keeper(options)
    loop = asyncio.get_running_loop()
    await loop.create_server(
        server_factory(handler, options, context, False), "127.0.0.1", options.port)
    await loop.create_server(
        server_factory(handler, options, context, True), "127.0.0.1", options.tls_port, ssl=context)
    done = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, done.set)
    await done.wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int)
    parser.add_argument("--tls-port", type=int)
    parser.add_argument("--size", type=int)
    for name in ("cert", "key", "mails", "auth", "require-tls", "reject"):
        parser.add_argument("--" + name)
    asyncio.run(main(parser.parse_args()))
