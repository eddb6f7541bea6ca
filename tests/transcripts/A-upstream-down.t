# Nobody is asked for a password because a mail server is away, unknown or not trusted: 503.
phone as ios user alice@down.test
phone send FolderSync { SyncKey 0 }
phone gets http 503 header Retry-After * or FolderSync { Status 6 }
phone options
phone gets http 200 or http 503
phone other as ios user alice@untrusted.test
other send FolderSync { SyncKey 0 }
other gets http 503 header Retry-After * or FolderSync { Status 6 }
phone third as ios user alice@nowhere.example
third send FolderSync { SyncKey 0 }
third gets http 401 or http 403
# STARTTLS is as good
phone fourth as ios user alice@starttls.test
deliver alice@starttls.test plain.eml
fourth folders
fourth sync INBOX until quiet
fourth has 1 items in INBOX
# passwords over an unencrypted connection: only where a domain allows it, or a proxy says https
phone fifth as ios url plain
fifth send FolderSync { SyncKey 0 }
fifth gets http 403 or http 401 or FolderSync { Status 1 }
phone sixth as ios url plain user alice@quick.test
sixth folders
