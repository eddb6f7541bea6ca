# P08 (mail): Samsung: validation, DeviceInformation, two BodyPreferences, re-Sync with a larger
# size to open, SMS options, cached and empty Pings.
deliver u1@quick.test html.eml plain.eml pdf.eml
phone as samsung version 12.1 user u1@quick.test
phone options query "Cmd=OPTIONS&User=$user&DeviceId=validate&DeviceType=SAMSUNGGTI9100" \
	header "MS-ASProtocolVersion: 2.5"
phone gets http 200 header MS-ASProtocolVersions "*12.1*"
phone folders
phone send Settings { DeviceInformation { Set { Model GT-I9100 IMEI 12345 FriendlyName phone OS Android
	OSLanguage German PhoneNumber~ UserAgent SAMSUNG EnableOutboundSMS 0 MobileOperator "o2" } } }
phone gets Settings { Status 1 DeviceInformation { Status 1 } }
phone send Sync { Collections { Collection { SyncKey 0 CollectionId $INBOX } } }
phone gets Sync { Collections { Collection { SyncKey * Status 1 } } }
phone send Sync { Collections { Collection { SyncKey $INBOX.key CollectionId $INBOX DeletesAsMoves~
	GetChanges~ WindowSize 50 Options { FilterType 2 MIMESupport 0
		BodyPreference { Type 2 TruncationSize 2048 } BodyPreference { Type 4 } } } } }
phone gets Sync { Collections { Collection { Commands { count Add 3 } } } }
phone has item { Subject "HTML with links" Body { Type 2 Truncated 1 } } in INBOX
phone knows m1 as item "HTML with links" in INBOX
phone send Sync { Collections { Collection { SyncKey $INBOX.key CollectionId $INBOX GetChanges~
	Options { FilterType 2 BodyPreference { Type 2 TruncationSize 1048576 } }
	Commands { Fetch { ServerId $m1 } } } } }
phone gets Sync { Collections { Collection { absent Commands Responses { Fetch { ServerId $m1 Status 1
	ApplicationData { Body { Type 2 absent Truncated Data size >= 90000 } } } } } } }
phone version 14.1
phone send Sync { Collections { Collection { SyncKey $INBOX.key CollectionId $INBOX GetChanges~
	Options { FilterType 2 BodyPreference { Type 2 TruncationSize 2048 } }
	Options { Class SMS FilterType 2 } } } }
phone gets Sync empty or Sync { Collections { Collection { Status 1 absent Commands } } }
phone send Ping { HeartbeatInterval 2 Folders { Folder { Id $INBOX Class Email }
	Folder { Id $Outbox Class Email } Folder { Id $Sent Class Email } } }
phone gets Ping { Status 1 } within 5s
phone send Ping empty
phone gets Ping { Status 1 } within 5s
phone device SECOTHERDEVICE01
phone send Ping empty
phone gets Ping { Status 3 }
