# R10: a mail that cannot be converted is skipped or shown with a note; the others arrive and the
# key moves on.
deliver alice plain.eml toodeep.eml deep.eml unclosed.eml badbase64.eml noheaders.eml nul.eml
deliver alice control.eml badcharset.eml unknowncharset.eml winmail.eml longsubject.eml empty.eml
deliver alice alternative.eml
phone as ios
phone folders
phone sync INBOX until quiet window 3
phone has item { Subject "Plain text" } in INBOX
phone has item { Subject "Text and HTML" } in INBOX
phone has item { Subject "Boundary never closed" } in INBOX
phone has item { Subject "Says UTF-8 but is not" } in INBOX
# the same in HTML and as MIME
phone other as aosp device second
other folders
other sync INBOX until quiet window 10 body 2 size 200000
other has item { Subject "Text and HTML" } in INBOX
phone third as ios device third
third folders
third sync INBOX until quiet window 5 body 4 size 100000 mime 2
third has item { Subject "Text and HTML" } in INBOX
