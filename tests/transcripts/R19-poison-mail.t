# R19: a mail at which every attempt breaks is left out after a few tries; the others arrive.
# The server poison.test drops the connection whenever that mail's text is fetched.
deliver alice@poison.test plain.eml poison.eml alternative.eml html.eml
phone as aosp user alice@poison.test
phone folders
phone send Sync { Collections { Collection { SyncKey 0 CollectionId $INBOX } } }
phone gets Sync { Collections { Collection { SyncKey * Status 1 } } }
repeat 8 {
phone send Sync { Collections { Collection { SyncKey $INBOX.key CollectionId $INBOX GetChanges~
	WindowSize 10 Options { BodyPreference { Type 2 TruncationSize 200000 } } } } }
phone gets anything within 60s
}
phone has item { Subject "Plain text" } in INBOX
phone has item { Subject "Text and HTML" } in INBOX
phone has item { Subject "HTML with links" } in INBOX
