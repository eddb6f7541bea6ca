# R62: iOS' preview, Type 1 of 500 bytes from HTML: text without link targets, styles or scripts,
# cut on a character, Truncated 1 and the size of the whole.
deliver alice html.eml mixedhtml.eml alternative.eml
phone as ios
phone folders
phone sync INBOX until quiet body 1 size 500
phone has item { Subject "HTML with links" Body { Type 1 Truncated 1 EstimatedDataSize >= 5000
	Data lacks "http" } } in INBOX
phone has item { Subject "HTML with links" Body { Data lacks "color" } } in INBOX
phone has item { Subject "HTML with links" Body { Data lacks "not text" } } in INBOX
phone has item { Subject "HTML with links" Body { Data lacks "<" } } in INBOX
phone has item { Subject "HTML with links" Body { Data contains "Absatz 1" } } in INBOX
phone has item { Subject "HTML with links" Body { Data size >= 497 } } in INBOX
phone has item { Subject "Text and HTML" Body { Type 1 absent Truncated
	Data contains "Die Textfassung: Grüße aus Köln." } } in INBOX
phone has item { Subject "Alternative with attachments" Body { Data contains "Plain part." } } in INBOX
