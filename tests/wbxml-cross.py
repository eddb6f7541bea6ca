# SPDX-License-Identifier: ISC
# wbxml-cross.py TOP EASDUMP: what libwbxml reads from our documents must be what we mean.  Each
# golden document, and one with every token of tokens.def, goes through wbxml2xml; its XML is put
# into the words of easdump and turned into WBXML again, which must be the same bytes.
import base64
import glob
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree

top, easdump = sys.argv[1:3]

# What libwbxml 0.11.8 does not know: (page, code); some of it is legacy or reserved, page 25 (Find)
# is missing as a whole.
MISSING = {(8, 0x10), (8, 0x11), (13, 0x0E), (14, 0x3B), (15, 0x06), (15, 0x16), (21, 0x0A)}
MISSING |= {(4, code) for code in range(0x2B, 0x33)}
MISSING |= {(25, code) for code in range(64)}

# Its names that differ from [MS-ASWBXML] by more than case, "_" and "-".
LABELS = {
    "Contacts:AssistantTelephoneNumber": "AssistantPhoneNumber",
    "Email:FlagStatus": "Status",
    "Calendar:Attendee_Email": "Email",
    "Calendar:Attendee_Name": "Name",
    "Calendar:Exception_Deleted": "Deleted",
    "Provision:DeviceEncryptionEnabled": "RequireStorageCardEncryption",
    "Settings:ihsManagementInformation": "RightsManagementInformation",
    "ComposeMail:ForwardeeName": "Name",
    "ComposeMail:ForwardeeEmail": "Email",
    "RightsManagement:RMOwner": "Owner",
    "RightsManagement:RemoveRightsManagementDistribution": "RemoveRightsManagementProtection",
}


def fold(name):
    return re.sub("[_-]", "", name).lower()


class Tokens:
    """The rows of tokens.def."""

    def __init__(self):
        rows = re.findall(r"^TOKEN\((\w+), (\d+), (\w+), (\w+), \d+, (\w+),",
                          open(f"{top}/wbxml/tokens.def").read(), re.M)
        self.rows = [(page, tag, kind, (int(number), int(code, 16)))
                     for page, number, code, tag, kind in rows]
        self.kinds = {(page, tag): kind for page, tag, kind, _ in self.rows}
        self.folded = {(page, fold(tag)): tag for page, tag, _, _ in self.rows}

    def find(self, page, label):
        """Our name of what libwbxml calls so."""
        label = LABELS.get(f"{page}:{label}", label)
        label = re.sub("^Recurrence_", "", label)
        if page == "Contacts":
            label = re.sub("^(Business|Home|Other)(City|Country|PostalCode|State|Street)$",
                           r"\1Address\2", label)
        return self.folded[page, fold(label)]


def quote(text):
    marks = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
    return '"' + "".join(marks.get(c, c) for c in text) + '"'


def to_text(tokens, element):
    """An XML element in the language of easdump."""
    page, label = re.match(r"\{(\w+):\}(.*)", element.tag).groups()
    tag = tokens.find(page, label)
    if len(element):
        value = "{ " + " ".join(to_text(tokens, child) for child in element) + " }"
    elif element.text is None:
        value = "~"
    elif tokens.kinds[page, tag] == "OPAQUE":
        value = 'x"' + base64.b64decode(element.text).hex() + '"'
    else:
        value = quote(element.text)
    return f"{page}:{tag} {value}"


def run(command, data):
    return subprocess.run(command, input=data, capture_output=True, check=True).stdout


def compare(tokens, name, document):
    xml = run(["wbxml2xml", "-l", "ACTIVESYNC", "-m", "2", "-k", "-o", "-", "-"], document)
    text = to_text(tokens, ElementTree.fromstring(xml))
    if run([easdump, "-r"], text.encode()) == document:
        return True
    print(f"{name}: libwbxml reads {text}")
    return False


def every_token(tokens):
    values = {"OPAQUE": 'x"0001ff"', "TEXT": '"v 1"'}
    known = [f"{page}:{tag} {values[kind]}" for page, tag, kind, place in tokens.rows
             if place not in MISSING]
    return len(known), run([easdump, "-r"], ("Sync {" + " ".join(known) + "}").encode())


def is_known(document):
    """False if the document holds tokens that libwbxml lacks."""
    text = run([easdump, "-1"], document).decode()
    return not re.search(r"^Find |Proposed(Start|End)Time|AccountOnlyRemoteWipe|:0x", text)


def main():
    tokens = Tokens()
    count, document = every_token(tokens)
    good = compare(tokens, "every token", document)
    compared = skipped = 0
    for path in sorted(glob.glob(f"{top}/tests/golden/wbxml/*.wbxml")):
        document = open(path, "rb").read()
        if is_known(document):
            compared += 1
            good = compare(tokens, os.path.basename(path), document) and good
        else:
            skipped += 1
    print(f"{count} of {len(tokens.rows)} tokens and {compared} documents agree with libwbxml"
          if good else "disagreement with libwbxml", f"({skipped} documents beyond it)")
    sys.exit(0 if good and count >= 619 and compared >= 80 else 1)


main()
