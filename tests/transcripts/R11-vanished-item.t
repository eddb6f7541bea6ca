# R11: an item that vanished between listing and export is left out in silence.
# variants: full poor
fill alice INBOX 12
phone as ios
phone folders
phone sync INBOX window 3
phone has 3 items in INBOX
imap alice does "SELECT INBOX" "STORE 1:12 +FLAGS (\\Deleted)" "EXPUNGE"
deliver alice plain.eml
phone sync INBOX until quiet window 3
phone has 1 items in INBOX
phone has item { Subject "Plain text" } in INBOX
