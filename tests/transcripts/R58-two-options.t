# R58: two Options blocks, one for SMS: the mail one counts; an SMS gets a made-up id.
deliver alice html.eml plain.eml
phone as nine
phone folders
phone send Sync { Collections { Collection { SyncKey 0 CollectionId $INBOX } } }
phone gets Sync { Collections { Collection { SyncKey * Status 1 } } }
phone send Sync { Collections { Collection { SyncKey $INBOX.key CollectionId $INBOX
	DeletesAsMoves 1 GetChanges 1 WindowSize 30
	Options { FilterType 3 BodyPreference { Type 1 TruncationSize 100 } Class SMS }
	Options { FilterType 3 Conflict 1 BodyPreference { Type 2 TruncationSize 51200 AllOrNone 0 } } } } }
phone gets Sync { Collections { Collection { Status 1 Commands { count Add 2
	Add { ApplicationData { Body { Type 2 } } } Add { ApplicationData { Body { Type 2 } } } } } } }
phone send Sync { Collections { Collection { SyncKey $INBOX.key CollectionId $INBOX Commands {
	Add { Class SMS ClientId sms1 ApplicationData { From "+4912345" To "+4967890" Read 1
		Body { Type 1 Data "hello" } } } } } } }
phone gets Sync { Collections { Collection { Status 1 Responses { Add { ClientId sms1 Status 1
	ServerId * } } } } }
phone sync INBOX until quiet body 2 size 51200 filter 3
