# R42: header 03 01 6A 00, inline strings, one string a text, OPAQUE only where it belongs.  The
# phone's decoder refuses anything else; here it gets a folder of everything difficult.
deliver alice control.eml nul.eml gb2312.eml iso2022jp.eml splitwords.eml utf8headers.eml
deliver alice latin1headers.eml groups.eml rfc2231.eml nested.eml related.eml invite.eml signed.eml
phone as tbsync
phone folders
phone sync INBOX until quiet window 4 body 2 size 51200
phone has 13 items in INBOX
phone has item { Subject "会议通知" } in INBOX
phone has item { Subject "会議のお知らせ" } in INBOX
phone has item { Subject "Grüße ohne Kodierung" } in INBOX
phone has item { Subject contains "äöüäöüäöü" } in INBOX
phone send FolderSync { SyncKey 0 }
phone gets FolderSync { Status 1 } body contains "\x03\x01\x6a"
