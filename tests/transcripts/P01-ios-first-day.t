# P01: an iPhone adds the account, no policy (the mail parts): OPTIONS, Settings, FolderSync, an
# early Ping, first load in windows, quiet, many FolderSyncs.
fill u1 INBOX 55
deliver u1 html.eml pdf.eml invite.eml signed.eml nodate.eml
phone as ios user u1
phone options header "Content-Length: 0" header "X-MS-PolicyKey: 0"
phone gets http 200 empty header MS-ASProtocolVersions "2.5,12.0,12.1,14.0,14.1*" \
	header MS-ASProtocolCommands "*FolderSync*" header MS-Server-ActiveSync "1*" header Allow "*POST*"
phone showed header MS-ASProtocolCommands "*Provision*" header MS-ASProtocolCommands "*Settings*"
phone showed header MS-ASProtocolCommands "*ItemOperations*" header Public "*OPTIONS*"
phone send Settings { UserInformation { Get~ } DeviceInformation { Set { Model iPhone15C2
	OS "iOS 17.6.1 21G93" UserAgent "iOS/17.6.1 (21G93) exchangesyncd/1.0" FriendlyName iPhone
	OSLanguage de-DE } } }
phone gets Settings { Status 1 UserInformation { Status 1 Get { Accounts { Account {
	EmailAddresses { SMTPAddress $user PrimarySmtpAddress $user } } } } } DeviceInformation { Status 1 } }
phone send FolderSync { SyncKey 0 }
phone gets FolderSync { Status 1 SyncKey * Changes { Count * Add { ParentId 0 Type 2 }
	Add { Type 3 } Add { Type 4 } Add { Type 5 } } }
phone send Ping { HeartbeatInterval 60 Folders { Folder { Id $INBOX Class Email } } }
phone gets Ping { Status 1 } or Ping { Status 2 } or Ping { Status 7 } within 65s
phone send Sync { Collections { Collection { SyncKey 0 CollectionId $INBOX Options { FilterType 3
	MIMETruncation 1 MIMESupport 0 BodyPreference { Type 1 TruncationSize 500 } } } } }
phone gets Sync { Collections { only Collection { only SyncKey * CollectionId $INBOX Status 1 } } }
phone sync INBOX window 25 filter 3 mime 0
phone showed Sync { Collections { Collection { MoreAvailable~ Commands { count Add 25 } } } }
phone sync INBOX window 25 filter 3 mime 0
phone showed Sync { Collections { Collection { MoreAvailable~ Commands { count Add 25 } } } }
phone sync INBOX window 25 filter 3 mime 0
phone showed Sync { Collections { Collection { absent MoreAvailable Commands { count Add 10 } } } }
phone has 60 items in INBOX
phone has item { Subject "No date" DateReceived * } in INBOX
phone has item { Subject "HTML with links" Body { Type 1 Truncated 1 Data lacks "http" } } in INBOX
phone sync INBOX window 25 filter 3 mime 0
phone showed Sync empty
repeat 20 {
phone send FolderSync { SyncKey $folders.key }
phone gets FolderSync { Status 1 Changes { Count 0 } } within 500ms
}
