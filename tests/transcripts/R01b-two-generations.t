# R1: two generations of keys: the newest works, the one before it works as a replay, an older one
# is unknown (Status 3) and a replay after a newer answer arrived goes on from there.
deliver alice plain.eml alternative.eml html.eml flowed.eml
phone as aosp
phone folders
phone send Sync { Collections { Collection { SyncKey 0 CollectionId $INBOX } } }
phone gets Sync { Collections { Collection { SyncKey $k1 Status 1 } } }
phone send Sync { Collections { Collection { SyncKey $k1 CollectionId $INBOX WindowSize 1 } } }
phone gets Sync { Collections { Collection { SyncKey $k2 Commands { count Add 1 } } } }
phone send Sync { Collections { Collection { SyncKey $k2 CollectionId $INBOX WindowSize 1 } } }
phone gets Sync { Collections { Collection { SyncKey $k3 Commands { count Add 1 } } } }
phone has 2 items in INBOX
# back to k2: the phone has one item then
phone send Sync { Collections { Collection { SyncKey $k2 CollectionId $INBOX WindowSize 1 } } }
phone gets Sync { Collections { Collection { SyncKey new $k3 Commands { count Add 1 } } } }
phone has 2 items in INBOX
phone send Sync { Collections { Collection { SyncKey $k3 CollectionId $INBOX WindowSize 1 } } }
phone gets Sync { Collections { Collection { SyncKey $k4 Commands { count Add 1 } } } }
# k2 is two generations old now
phone send Sync { Collections { Collection { SyncKey $k2 CollectionId $INBOX WindowSize 1 } } }
phone gets Sync { Collections { Collection { Status 3 absent Commands } } }
