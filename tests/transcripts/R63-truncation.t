# R63: never less than was asked while there is more (lengths by the checker), and all of it when
# it fits or no limit is given.
deliver alice html150k.eml html.eml plain.eml
phone as gmail
phone folders
phone sync INBOX until quiet body 2 size 200000
phone has item { Subject "HTML of 150 kB" Body { Type 2 absent Truncated Data size >= 150000 } } in INBOX
phone has item { Subject "HTML of 150 kB" Body { Data contains "THE-END-OF-IT" } } in INBOX
phone other as aosp device other
other folders
other sync INBOX until quiet body 2 size 2048
other has item { Subject "HTML of 150 kB" Body { Truncated 1 Data size >= 2045 } } in INBOX
phone third as aosp device third
third folders
third sync INBOX until quiet body 1 size 51200
third has item { Subject "HTML with links" Body { Truncated 1 Data size >= 51197 } } in INBOX
# size 0: no text at all
phone fourth as aosp device fourth
fourth folders
fourth sync INBOX until quiet body 1 size 0
fourth has item { Subject "Plain text" Body { Type 1 Truncated 1 EstimatedDataSize >= 50 } } in INBOX
