# R56: another FilterType: the difference comes as SoftDelete or Add, the key goes on.
# The eight mails are 40, 35, 30, 25, 20, 15, 10 and 5 days old.
# variants: full poor
fill alice INBOX 8 --span 40
phone as ios
phone folders
phone sync INBOX until quiet filter 3
phone has 1 items in INBOX
phone sync INBOX until quiet filter 4
phone has 2 items in INBOX
phone sync INBOX until quiet filter 0
phone has 8 items in INBOX
phone sync INBOX filter 4
phone showed Sync { Collections { Collection { Commands { count SoftDelete 6 count Delete 0 } } } }
phone has 2 items in INBOX
# a mail that somebody deletes outside the window says nothing
imap alice does "SELECT INBOX" "STORE 1 +FLAGS (\\Deleted)" "EXPUNGE"
phone sync INBOX filter 4
phone showed Sync empty or Sync { Collections { Collection { absent Commands } } }
phone sync INBOX until quiet filter 0
phone has 7 items in INBOX
# values for other classes are taken for mail too
phone sync INBOX until quiet filter 6
phone has 7 items in INBOX
